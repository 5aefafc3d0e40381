/** Lets those who hold the same thing run one after the other, and everybody else at once. */
export class OneAtATime {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(holds: string | undefined, work: () => Promise<T>): Promise<T> {
    if (holds === undefined) return work();
    const before = this.#last.get(holds) ?? Promise.resolve();
    const own = before.then(work, work);
    this.#last.set(holds, own);
    return own;
  }
}
