import type { MetricName } from '../../stack/metrics.ts';
import type { Sample } from '../model.ts';
import type { ExpositionWriter } from './exposition.ts';
import type { LabelTexts } from './label-texts.ts';

/** What an outcome without it does not take away: a handshake that fails says nothing about the certificate's dates. */
const keptMetrics: readonly MetricName[] = ['probe_ssl_earliest_cert_expiry'];

/**
 * The samples of a probe's last run. Nearly every run reports the same series as the one before, so that only numbers
 * change: ten thousand lists of objects that live for an interval each cost more memory than all else of a probe.
 */
export class RecordedSamples {
  readonly #texts: LabelTexts;
  #metrics: readonly MetricName[] = [];
  /** The labels of each, as text; empty where it has none of its own. */
  #labels: readonly string[] = [];
  #values = new Float64Array(0);

  constructor(texts: LabelTexts) {
    this.#texts = texts;
  }

  get metrics(): readonly MetricName[] {
    return this.#metrics;
  }

  take(samples: readonly Sample[]): void {
    if (this.#isLike(samples)) {
      for (let i = 0; i < samples.length; i++) this.#values[i] = samples[i]?.value ?? Number.NaN;
    } else {
      this.#takeOthers(samples);
    }
  }

  /** Writes those of one metric. */
  write(metric: MetricName, base: string, writer: ExpositionWriter): void {
    for (let i = 0; i < this.#metrics.length; i++) {
      if (this.#metrics[i] === metric) writer.sample(this.#values[i] ?? Number.NaN, base, this.#labels[i]);
    }
  }

  #isLike(samples: readonly Sample[]): boolean {
    if (samples.length !== this.#metrics.length) return false;
    for (let i = 0; i < samples.length; i++) {
      const sample = samples[i];
      if (!sample || sample.metric !== this.#metrics[i] || this.#labelsOf(sample) !== this.#labels[i]) return false;
    }
    return true;
  }

  #takeOthers(samples: readonly Sample[]): void {
    const before = this.#metrics.flatMap((metric, i) =>
      keptMetrics.includes(metric) && !samples.some((sample) => sample.metric === metric)
        ? [{ metric, labels: this.#labels[i] ?? '', value: this.#values[i] ?? Number.NaN }]
        : [],
    );
    const taken = samples.map((sample) => ({ ...sample, labels: this.#labelsOf(sample) }));
    // The same series twice would make Prometheus refuse everything that is exported: the last one stands.
    const all = [...taken, ...before].filter(
      (sample, i, list) =>
        !list.slice(i + 1).some((later) => later.metric === sample.metric && later.labels === sample.labels),
    );
    this.#metrics = all.map(({ metric }) => metric);
    this.#labels = all.map(({ labels }) => labels);
    this.#values = Float64Array.from(all, ({ value }) => value);
  }

  #labelsOf({ labels }: Sample): string {
    return labels ? this.#texts.of(labels) : '';
  }
}
