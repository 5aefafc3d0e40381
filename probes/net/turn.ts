/**
 * When a turn of the event loop began to hand out what had come in. All that its handlers are told of was there by then: ten
 * answers that came together are handled one after the other, and the last of them came no later than the first.
 */
class Turn {
  #beganMs: number | undefined;

  /** Milliseconds as `performance.now()` has them. To be called first in a handler of the network. */
  beganMs(): number {
    if (this.#beganMs === undefined) {
      this.#beganMs = performance.now();
      // Immediates have their turn behind all handlers of the network.
      setImmediate(this.#over);
    }
    return this.#beganMs;
  }

  readonly #over = () => {
    this.#beganMs = undefined;
  };
}

/** There is one event loop. */
export const turn = new Turn();
