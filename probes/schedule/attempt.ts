import { sayDuration } from '../../stack/duration.ts';
import { graceMs } from '../../stack/probe-timing.ts';
import type { Clock, Memory, Outcome, Resolve, Run } from '../model.ts';
import { excusedMs, OwnWork } from './own-work.ts';

/** A deadline that fires later than this says that the event loop stood still, and nothing about the target. */
const stalledMs = 250;

export interface AttemptContext {
  readonly clock: Clock;
  readonly resolve: Resolve;
  readonly memory: Memory;
  /** Aborts when the service stops or the probe is removed. */
  readonly stop: AbortSignal;
  /** Where it is traced. */
  readonly traceparent?: string | undefined;
  /** Counts a fault of ours. */
  readonly internal: (place: string, error: unknown) => void;
}

/** What an attempt is about: a probe, or the same probe done otherwise. */
interface Attempted {
  readonly timeoutMs: number;
  readonly run: (run: Run) => Promise<Outcome>;
}

/**
 * One attempt under a deadline that the prober cannot outlive. Settles always, at the latest `timeoutMs` + `graceMs`
 * after the start; never throws. After `stop` the outcome means nothing, and the caller drops it.
 */
export async function attempt(probe: Attempted, context: AttemptContext): Promise<Outcome> {
  const { stop } = context;
  const running = new Attempt(probe, context);
  const onStop = () => running.stop();
  stop.addEventListener('abort', onStop, { once: true });
  if (stop.aborted) onStop();
  try {
    return await running.outcome;
  } finally {
    stop.removeEventListener('abort', onStop);
  }
}

/**
 * An attempt that has begun. A thousand of them begin each second, so what only few of them need, the signal above all, is
 * made when it is asked for.
 */
export class Attempt {
  readonly outcome: Promise<Outcome>;
  /** When its handlers used the processor. */
  readonly work = new OwnWork();
  readonly #settle: (outcome: Outcome) => void;
  readonly #probe: Attempted;
  readonly #context: Omit<AttemptContext, 'stop'>;
  readonly #startedMs: number;
  #deadline: Disposable | undefined;
  #grace: Disposable | undefined;
  #controller: AbortController | undefined;
  #callbacks: (() => void)[] = [];
  /** Why it was aborted. */
  #why: string | undefined;
  #deadlineLateMs = 0;
  #stopped = false;
  #settled = false;

  constructor(probe: Attempted, context: Omit<AttemptContext, 'stop'>) {
    const { promise, resolve } = Promise.withResolvers<Outcome>();
    this.outcome = promise;
    this.#settle = resolve;
    this.#probe = probe;
    this.#context = context;
    this.#startedMs = context.clock.monotonic();
    this.#deadline = context.clock.after(probe.timeoutMs, () => this.#late());
    this.#begin();
  }

  /** Nobody wants the outcome any more: the prober is told to end, and whatever it says is no fault of anybody. */
  stop(): void {
    this.#stopped = true;
    this.#abort('the probe service stops', () => internalOutcome('the run was stopped', this.#elapsedMs()));
  }

  #begin(): void {
    try {
      this.#probe.run(this.#run()).then(
        (outcome) => this.#answered(outcome),
        (error) => this.#threw(error),
      );
    } catch (error) {
      this.#threw(error);
    }
  }

  #run(): Run {
    return new AttemptRun(
      this.#context,
      this.#probe.timeoutMs,
      () => this.#signal(),
      (callback) => this.#onAbort(callback),
      (ms) => this.work.add(this.#context.clock.monotonic(), ms),
    );
  }

  #signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#why !== undefined) this.#controller.abort(new DOMException(this.#why, 'TimeoutError'));
    }
    return this.#controller.signal;
  }

  #onAbort(callback: () => void): () => void {
    if (this.#why !== undefined) callback();
    else this.#callbacks.push(callback);
    return () => {
      const at = this.#callbacks.indexOf(callback);
      if (at >= 0) this.#callbacks.splice(at, 1);
    };
  }

  #late(): void {
    const { timeoutMs } = this.#probe;
    const dueMs = this.#startedMs + timeoutMs;
    const nowMs = this.#context.clock.monotonic();
    // Where its own handlers were at work it is late by its own doing, or by the target's.
    this.#deadlineLateMs = excusedMs(nowMs - dueMs, this.work.between(dueMs, nowMs));
    const why = `the attempt took longer than ${timeoutMs} ms`;
    this.#abort(why, () => timeoutOutcome(timeoutMs, this.#elapsedMs()));
  }

  #abort(why: string, outcome: () => Outcome): void {
    if (this.#settled || this.#why !== undefined) return;
    this.#why = why;
    this.#grace = this.#context.clock.after(graceMs, () => {
      if (!this.#stopped) this.#context.internal('prober_late', new Error('a prober outlived its deadline'));
      this.#end(outcome());
    });
    this.#controller?.abort(new DOMException(why, 'TimeoutError'));
    for (const callback of this.#callbacks.splice(0)) callback();
  }

  #answered(outcome: Outcome): void {
    if (this.#settled) return;
    this.#end(
      this.#deadlineLateMs > stalledMs && outcome.verdict === 'fail'
        ? {
            ...internalOutcome(
              `the probe service stood still for ${sayDuration(this.#deadlineLateMs)}`,
              this.#elapsedMs(),
            ),
            reason: 'event_loop',
          }
        : outcome,
    );
  }

  /** The one place where a fault of a prober is caught: it is ours, and never reads as "target down". */
  #threw(error: unknown): void {
    if (!this.#stopped) this.#context.internal('prober', error);
    if (!this.#settled) {
      this.#end(internalOutcome(error instanceof Error ? error.message : String(error), this.#elapsedMs()));
    }
  }

  #end(outcome: Outcome): void {
    this.#settled = true;
    this.#deadline?.[Symbol.dispose]();
    this.#grace?.[Symbol.dispose]();
    this.#callbacks = [];
    this.#settle(outcome);
  }

  #elapsedMs(): number {
    return this.#context.clock.monotonic() - this.#startedMs;
  }
}

/**
 * What a prober is given. Its signal is a property of its own, because a prober may hand on a copy with another `resolve`, and is
 * made when somebody asks for it. The getter is the same function in all: see `RecordedOutcome`.
 */
class AttemptRun implements Run {
  declare readonly signal: AbortSignal;
  readonly onAbort: (callback: () => void) => () => void;
  readonly worked: (ms: number) => void;
  readonly timeoutMs: number;
  readonly traceparent: string | undefined;
  readonly resolve: Resolve;
  readonly memory: Memory;
  readonly now: () => number;
  readonly #makeSignal: () => AbortSignal;

  constructor(
    { clock, resolve, memory, traceparent }: Omit<AttemptContext, 'stop'>,
    timeoutMs: number,
    makeSignal: () => AbortSignal,
    onAbort: (callback: () => void) => () => void,
    worked: (ms: number) => void,
  ) {
    Object.defineProperty(this, 'signal', AttemptRun.#signal);
    this.onAbort = onAbort;
    this.worked = worked;
    this.timeoutMs = timeoutMs;
    this.traceparent = traceparent;
    this.resolve = resolve;
    this.memory = memory;
    this.now = () => clock.now();
    this.#makeSignal = makeSignal;
  }

  static readonly #signal = {
    enumerable: true,
    get(this: AttemptRun): AbortSignal {
      return this.#makeSignal();
    },
  };
}

function timeoutOutcome(timeoutMs: number, durationMs: number): Outcome {
  return {
    verdict: 'fail',
    reason: 'response_timeout',
    found: `no result within ${sayDuration(timeoutMs)}`,
    expected: `an answer within ${sayDuration(timeoutMs)}`,
    durationMs,
    samples: [],
    steps: [{ atMs: durationMs, text: 'the prober did not return at its deadline and was given up' }],
  };
}

function internalOutcome(found: string, durationMs: number): Outcome {
  const line = found.replaceAll(/\s+/g, ' ').slice(0, 160);
  const steps = [{ atMs: durationMs, text: `the prober itself failed: ${line}` }];
  return { verdict: 'inconclusive', reason: 'internal', found: line, expected: '', durationMs, samples: [], steps };
}
