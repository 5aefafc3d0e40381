import { seeded } from '../support/seeded.ts';

/** Choices that are the same for the same seed. */
export class Choices {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed >>> 0);
    // The first numbers of seeds that are near each other are near each other too.
    for (let i = 0; i < 8; i++) this.#next();
  }

  /** From 0 to below `limit`. */
  below(limit: number): number {
    return Math.floor(this.#next() * limit);
  }

  /** True this often, 0 to 1. */
  chance(share: number): boolean {
    return this.#next() < share;
  }

  one<T>(list: readonly [T, ...T[]]): T {
    return list[this.below(list.length)] ?? list[0];
  }

  bytes(length: number): Buffer {
    return Buffer.from(Array.from({ length }, () => this.below(256)));
  }
}
