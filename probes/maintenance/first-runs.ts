import type { Clock, Outcome, PlannedProbe } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';

/** So many runs are asked for at once, this long apart: there may be ten thousand. */
const atOnce = 32;
const pauseMs = 20;
/** Beyond what time limits and re-checks explain. */
const patienceMs = 10_000;

export interface FirstRunsSummary {
  readonly passed: number;
  /** Those that failed or came to nothing. */
  readonly others: readonly { readonly probe: PlannedProbe; readonly outcome: Outcome }[];
  /** How many did not end in time. */
  readonly silent: number;
}

interface FirstRunsOptions {
  readonly clock: Clock;
  readonly probes: readonly PlannedProbe[];
  readonly ask: (probe: PlannedProbe, notBeforeMs: number) => void;
  /** Called once, when all have run or the time for it is over. Not after disposal. */
  readonly done: (summary: FirstRunsSummary) => void;
}

/** Has every probe of a window run once more when that has ended, and tells what came of it. */
export class FirstRuns implements Disposable {
  readonly #options: FirstRunsOptions;
  readonly #fromMs: number;
  readonly #waiting = new ProbeMap<PlannedProbe>();
  readonly #others: { readonly probe: PlannedProbe; readonly outcome: Outcome }[] = [];
  #timer: Disposable | undefined;
  readonly #deadline: Disposable;

  constructor(options: FirstRunsOptions) {
    this.#options = options;
    const { clock, probes } = options;
    this.#fromMs = clock.monotonic();
    for (const probe of probes) this.#waiting.set(probe, probe);
    const longestMs = Math.max(...probes.map(({ timeoutMs, confirm }) => (timeoutMs + 1_000) * (confirm + 1)));
    const askedMs = (probes.length / atOnce) * pauseMs;
    this.#deadline = clock.after(longestMs + askedMs + patienceMs, () => this.#finish());
    this.#timer = clock.after(0, () => this.#ask(0));
  }

  ran(run: { readonly task: PlannedProbe; readonly decidedFromMs: number; readonly outcome: Outcome }): void {
    if (run.decidedFromMs < this.#fromMs || !this.#waiting.has(run.task)) return;
    this.#waiting.delete(run.task);
    if (run.outcome.verdict !== 'pass') this.#others.push({ probe: run.task, outcome: run.outcome });
    if (this.#waiting.size === 0) this.#finish();
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
    this.#deadline[Symbol.dispose]();
  }

  #ask(from: number): void {
    const { clock, probes, ask } = this.#options;
    for (const probe of probes.slice(from, from + atOnce)) ask(probe, this.#fromMs);
    const next = from + atOnce;
    this.#timer = next < probes.length ? clock.after(pauseMs, () => this.#ask(next)) : undefined;
  }

  #finish(): void {
    this[Symbol.dispose]();
    const silent = this.#waiting.size;
    const passed = this.#options.probes.length - silent - this.#others.length;
    this.#options.done({ passed, others: this.#others, silent });
  }
}
