import type { HttpPhase } from '../../stack/metrics.ts';
import { reasons } from '../../stack/reasons.ts';
import type { Outcome, Sample, Step } from '../model.ts';
import { Failure, oneLine } from '../net/failure.ts';

/** Keeps the times, the steps and the samples of one attempt, and makes its outcome. */
export class Recorder {
  readonly #start = performance.now();
  readonly #steps: Step[] = [];
  readonly #samples: Sample[] = [];
  #traits: Record<string, string> | undefined;
  readonly #phases = new Map<HttpPhase, number>();
  /** Takes out of a text what must not be shown. Call it before a text is shortened: half a secret is one too. */
  readonly hide: (text: string) => string;

  constructor(hide: (text: string) => string = (text) => text) {
    this.hide = hide;
  }

  /** Milliseconds since the attempt began. */
  elapsedMs(): number {
    return performance.now() - this.#start;
  }

  /** Does the work and adds its time to that of the phase, also when it fails: a phase that hung is where the time went. */
  async time<T>(phase: HttpPhase, work: () => Promise<T>): Promise<T> {
    const began = this.elapsedMs();
    try {
      return await work();
    } finally {
      this.#phases.set(phase, (this.#phases.get(phase) ?? 0) + this.elapsedMs() - began);
    }
  }

  /** Milliseconds by phase, of those that ran. */
  get phases(): ReadonlyMap<HttpPhase, number> {
    return this.#phases;
  }

  step(text: string): void {
    this.#steps.push({ atMs: this.elapsedMs(), text: oneLine(this.hide(text)) });
  }

  sample(metric: Sample['metric'], value: number, labels?: Sample['labels']): void {
    this.#samples.push(labels ? { metric, value, labels } : { metric, value });
  }

  /** What can be compared with another run; see `Outcome.traits`. */
  trait(name: string, value: string): void {
    this.#traits ??= {};
    this.#traits[name] = oneLine(this.hide(value));
  }

  pass(): Outcome {
    return this.#outcome('ok', '', '');
  }

  /** The outcome of what was thrown; only a `Failure` is the target's doing, anything else is thrown on. */
  failed(error: unknown): Outcome {
    if (!(error instanceof Failure)) throw error;
    this.step(`found ${error.found}`);
    this.step(`expected ${error.expected}`);
    return this.#outcome(error.reason, error.found, error.expected);
  }

  #outcome(reason: Outcome['reason'], found: string, expected: string): Outcome {
    return {
      verdict: reasons[reason].verdict,
      reason,
      found: oneLine(this.hide(found)),
      expected: oneLine(this.hide(expected)),
      durationMs: this.elapsedMs(),
      samples: this.#samples,
      steps: this.#steps,
      ...(this.#traits && { traits: this.#traits }),
    };
  }
}
