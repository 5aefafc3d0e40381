import { reasons } from '../../stack/reasons.ts';
import type { Outcome, Sample, Step } from '../model.ts';
import { Failure, oneLine } from '../net/failure.ts';

/** Keeps the times, the steps and the samples of one attempt, and makes its outcome. */
export class Recorder {
  readonly #start = performance.now();
  readonly #steps: Step[] = [];
  readonly #samples: Sample[] = [];

  /** Milliseconds since the attempt began. */
  elapsedMs(): number {
    return performance.now() - this.#start;
  }

  step(text: string): void {
    this.#steps.push({ atMs: this.elapsedMs(), text: oneLine(text) });
  }

  sample(metric: Sample['metric'], value: number, labels?: Sample['labels']): void {
    this.#samples.push(labels ? { metric, value, labels } : { metric, value });
  }

  pass(): Outcome {
    return this.#outcome('ok', '', '');
  }

  /** The outcome of what was thrown; only a `Failure` is the target's doing, anything else is thrown on. */
  failed(error: unknown): Outcome {
    if (!(error instanceof Failure)) throw error;
    this.step(`found ${error.found}, expected ${error.expected}`);
    return this.#outcome(error.reason, error.found, error.expected);
  }

  #outcome(reason: Outcome['reason'], found: string, expected: string): Outcome {
    return {
      verdict: reasons[reason].verdict,
      reason,
      found: oneLine(found),
      expected: oneLine(expected),
      durationMs: this.elapsedMs(),
      samples: this.#samples,
      steps: this.#steps,
    };
  }
}
