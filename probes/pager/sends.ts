import type { Clock } from '../model.ts';

/** How long a graceful stop waits for messages that were told to stop. */
const stopWithinMs = 1_500;

/** The messages that are under way: a stop tells them to stop, and waits a moment for them. */
export class Sends implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #underWay = new Set<Promise<void>>();
  readonly #stop = new AbortController();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Aborted by the stop. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** @param send never rejects */
  add(send: Promise<void>): void {
    const own = send.finally(() => this.#underWay.delete(own));
    this.#underWay.add(own);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    const tooLate = Promise.withResolvers<void>();
    using _limit = this.#clock.after(stopWithinMs, tooLate.resolve);
    await Promise.race([Promise.all(this.#underWay), tooLate.promise]);
  }
}
