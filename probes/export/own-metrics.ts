import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type MetricName, type MetricType, metrics } from '../../stack/metrics.ts';

/** Bounds in seconds: the default time limit of a probe is 5 s, and a good answer takes milliseconds. */
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 2.5, 5, 10];

/** The probe service's metrics of itself, in a registry of its own. */
export class OwnMetrics {
  readonly #registry = new Registry();
  readonly #metrics = new Map<MetricName, Gauge | Counter | Histogram>();

  constructor() {
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, { type, scope, help, labels }] of Object.entries(metrics)) {
      if (scope !== 'own') continue;
      const common = { name, help, labelNames: labels, registers: [this.#registry] };
      const metric = makeMetric(type, common);
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

  observe(name: MetricName, value: number, labels: Readonly<Record<string, string>> = {}): void {
    const metric = this.#metrics.get(name);
    if (!(metric instanceof Histogram)) throw new Error(`metric "${name}" is not a histogram of the probe service`);
    metric.observe({ ...labels }, value);
  }

  /** Removes the series of one set of labels. */
  remove(name: MetricName, labels: Readonly<Record<string, string>>): void {
    this.#metrics.get(name)?.remove({ ...labels });
  }

  render(): Promise<string> {
    return this.#registry.metrics();
  }
}

function makeMetric(
  type: MetricType,
  common: { name: string; help: string; labelNames: readonly string[]; registers: Registry[] },
): Gauge | Counter | Histogram {
  switch (type) {
    case 'gauge':
      return new Gauge(common);
    case 'counter':
      return new Counter(common);
    case 'histogram':
      return new Histogram({ ...common, buckets: durationBuckets });
    default:
      return type satisfies never;
  }
}
