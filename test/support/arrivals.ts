/** What has arrived at a sink, and whoever waits for more. */
export interface Arrivals<T> {
  /** In the order in which they came. */
  readonly received: readonly T[];
  /** The first one that fits, as soon as it is there. Rejects after the time limit and then says what there is. */
  waitFor(fits: (item: T) => boolean, timeoutMs?: number): Promise<T>;
}

export class ArrivalLog<T> implements Arrivals<T> {
  readonly received: T[] = [];
  readonly #what: string;
  readonly #say: (item: T) => string;
  readonly #waiting = new Set<(item: T) => void>();

  /**
   * @param what what arrives here: `Slack message`
   * @param say one line about an item, for the error
   */
  constructor(what: string, say: (item: T) => string) {
    this.#what = what;
    this.#say = say;
  }

  add(item: T): void {
    this.received.push(item);
    for (const look of this.#waiting) look(item);
  }

  async waitFor(fits: (item: T) => boolean, timeoutMs = 10_000): Promise<T> {
    const there = this.received.find(fits);
    if (there) return there;
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const look = (item: T) => {
      if (fits(item)) resolve(item);
    };
    const timer = setTimeout(() => {
      const list = this.received.map((item) => `\n  ${this.#say(item)}`).join('');
      reject(new Error(`no such ${this.#what} in ${timeoutMs / 1_000} s; received ${this.received.length}:${list}`));
    }, timeoutMs);
    this.#waiting.add(look);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }
}
