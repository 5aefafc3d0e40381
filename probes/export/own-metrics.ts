import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { type MetricName, metrics } from '../../stack/metrics.ts';
import { Durations } from './durations.ts';
import { ExpositionWriter, labelText } from './exposition.ts';
import { LabelTexts } from './label-texts.ts';

interface Objective {
  readonly service: string;
  readonly fastWithinMs?: number;
}

/** The probe service's metrics of itself, in a registry of its own. */
export class OwnMetrics {
  /** What prom-client tells of the process by itself, and nothing else. */
  readonly #process = new Registry();
  readonly #metrics = new Map<MetricName, Gauge | Counter>();
  readonly #durations = new Map<MetricName, Durations>();
  readonly #labelTexts = new LabelTexts();

  constructor() {
    collectDefaultMetrics({ register: this.#process });
    for (const [name, { type, scope, help, labels }] of Object.entries(metrics)) {
      if (scope !== 'own') continue;
      if (type === 'histogram') {
        this.#durations.set(name as MetricName, new Durations());
        continue;
      }
      const common = { name, help, labelNames: labels, registers: [] };
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

  /**
   * The exposition in parts, each of which takes a few milliseconds at most: of a thousand services there are tens of thousands of
   * lines, and prom-client makes its text of all of them at once.
   * @param withExemplars for OpenMetrics
   */
  async *parts(withExemplars = false): AsyncGenerator<string> {
    const writer = new ExpositionWriter();
    for (const [name, durations] of this.#durations) {
      writer.family({ name, type: 'histogram', help: metrics[name].help });
      yield* durations.write(writer, withExemplars);
    }
    for (const [name, metric] of this.#metrics) {
      writer.family({ name, type: metrics[name].type, help: metrics[name].help });
      const { values } = await metric.get();
      for (const { labels, value } of values) {
        writer.sample(value, labelText(textsOf(labels)));
        if (writer.isDue) yield writer.take();
      }
    }
    yield writer.take();
    // What prom-client tells of the process: a few lines each.
    for (const { name } of this.#process.getMetricsAsArray()) {
      yield `${await this.#process.getSingleMetricAsString(name)}\n`;
    }
  }

  /** All of it at once. */
  async render(withExemplars = false): Promise<string> {
    return (await Array.fromAsync(this.parts(withExemplars))).join('');
  }
}

function textsOf(labels: Readonly<Record<string, string | number | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value ?? '')]));
}
