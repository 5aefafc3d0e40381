import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type MetricName, metrics } from '../../stack/metrics.ts';
import { Durations } from './durations.ts';
import { ExpositionWriter } from './exposition.ts';
import { LabelTexts } from './label-texts.ts';

interface Objective {
  readonly service: string;
  readonly fastWithinMs?: number;
}

/** The probe service's metrics of itself, in a registry of its own. */
export class OwnMetrics {
  readonly #registry = new Registry();
  readonly #metrics = new Map<MetricName, Gauge | Counter>();
  readonly #durations = new Map<MetricName, Durations>();
  readonly #labelTexts = new LabelTexts();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, { type, scope, help, labels }] of Object.entries(metrics)) {
      if (scope !== 'own') continue;
      if (type === 'histogram') {
        this.#durations.set(name as MetricName, new Durations());
        continue;
      }
      const common = { name, help, labelNames: labels, registers: [this.#registry] };
      const metric = type === 'gauge' ? new Gauge(common) : new Counter(common);
      // A gauge without labels begins as 0, which would be a claim: "last success in 1970".
      if (type === 'gauge') metric.remove({});
      this.#metrics.set(name as MetricName, metric);
    }
  }

  set(name: MetricName, value: number, labels: Readonly<Record<string, string>> = {}): void {
    const metric = this.#metrics.get(name);
    if (!(metric instanceof Gauge)) throw new Error(`metric "${name}" is not a gauge of the probe service`);
    metric.set({ ...labels }, value);
  }

  /** Sets an info metric: the labels given are the only ones that remain. */
  describe(name: MetricName, labels: Readonly<Record<string, string>>): void {
    const metric = this.#metrics.get(name);
    if (!(metric instanceof Gauge)) throw new Error(`metric "${name}" is not a gauge of the probe service`);
    metric.reset();
    metric.set({ ...labels }, 1);
  }

  add(name: MetricName, count: number, labels: Readonly<Record<string, string>> = {}): void {
    const metric = this.#metrics.get(name);
    if (!(metric instanceof Counter)) throw new Error(`metric "${name}" is not a counter of the probe service`);
    metric.inc({ ...labels }, count);
  }

  /** @param traced the run that took so long, where it was traced */
  observe(
    name: MetricName,
    seconds: number,
    labels: Readonly<Record<string, string>> = {},
    traced?: { readonly traceId: string; readonly at: number },
  ): void {
    const durations = this.#durations.get(name);
    if (!durations) throw new Error(`metric "${name}" is not a histogram of the probe service`);
    durations.observe(this.#labelTexts.of(labels), seconds, traced);
  }

  /** A run passed that counts for the objective of its service. */
  passed({ service, fastWithinMs }: Objective, durationMs: number): void {
    if (fastWithinMs === undefined) return;
    this.add('watchpost_slo_latency_runs_total', 1, { service, speed: durationMs <= fastWithinMs ? 'fast' : 'slow' });
  }

  /** Counts from 0 on: what a counter rose by before it was first seen is not seen at all. */
  expect(probes: readonly Objective[]): void {
    for (const { service, fastWithinMs } of probes) {
      if (fastWithinMs === undefined) continue;
      for (const speed of ['fast', 'slow']) this.add('watchpost_slo_latency_runs_total', 0, { service, speed });
    }
  }

  /** Removes the series of one set of labels. */
  remove(name: MetricName, labels: Readonly<Record<string, string>>): void {
    this.#metrics.get(name)?.remove({ ...labels });
  }

  /** @param withExemplars for OpenMetrics */
  async render(withExemplars = false): Promise<string> {
    const writer = new ExpositionWriter();
    for (const [name, durations] of this.#durations) {
      writer.family({ name, type: 'histogram', help: metrics[name].help });
      durations.write(writer, withExemplars);
    }
    return writer.take() + (await this.#registry.metrics());
  }
}
