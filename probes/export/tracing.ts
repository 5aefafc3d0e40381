import type { Clock, Plan, PlannedProbe, RunTrace } from '../model.ts';
import type { Log } from './log.ts';
import type { OwnMetrics } from './own-metrics.ts';
import { spanResults, Traces } from './traces.ts';

interface TracingOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: OwnMetrics;
}

/** Traces runs where the plan says so, and costs nothing where it does not. */
export class Tracing implements AsyncDisposable {
  readonly #options: TracingOptions;
  #traces: Traces | undefined;
  #planned = '';
  #ending: Promise<void> = Promise.resolve();

  constructor(options: TracingOptions) {
    this.#options = options;
  }

  configure({ traces: plan, environment, location }: Plan): void {
    const planned = JSON.stringify([plan, plan?.headers !== undefined, environment, location]);
    if (planned === this.#planned) return;
    this.#planned = planned;
    this.#end();
    if (!plan) return;
    const { clock, log, metrics } = this.#options;
    for (const result of spanResults) metrics.add('watchpost_trace_spans_total', 0, { result });
    this.#traces = new Traces({
      ...{ plan, environment, location, clock },
      count: (result, spans) => metrics.add('watchpost_trace_spans_total', spans, { result }),
      say: (level, message) => log.record({ event: 'traces', level, message }),
    });
  }

  begin(probe: PlannedProbe): RunTrace | undefined {
    return this.#traces?.begin(probe);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#end();
    await this.#ending;
  }

  #end(): void {
    const traces = this.#traces;
    this.#traces = undefined;
    if (traces) this.#ending = Promise.all([this.#ending, traces[Symbol.asyncDispose]()]).then(() => {});
  }
}
