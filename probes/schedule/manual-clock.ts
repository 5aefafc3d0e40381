import { setImmediate as turn } from 'node:timers/promises';
import type { Clock } from '../model.ts';

interface Timer {
  readonly dueMs: number;
  readonly callback: () => void;
}

/** A clock for tests: time stands still until it is turned. */
export class ManualClock implements Clock {
  #elapsedMs = 0;
  #startMs: number;
  readonly #timers = new Set<Timer>();

  /** @param startMs Unix time at which it begins */
  constructor(startMs = Date.UTC(2026, 10, 23, 3, 0, 0)) {
    this.#startMs = startMs;
  }

  now(): number {
    return this.#startMs + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(ms: number, callback: () => void): Disposable {
    const timer = { dueMs: this.#elapsedMs + Math.max(0, ms), callback };
    this.#timers.add(timer);
    return {
      [Symbol.dispose]: () => {
        this.#timers.delete(timer);
      },
    };
  }

  /** Sets the clock on the wall, as somebody does who finds it wrong; the monotonic one goes on as it was. */
  set(byMs: number): void {
    this.#startMs += byMs;
  }

  /** How many timers are set: none when everything was closed. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Turns it by `ms`, one timer after the other, and lets everything that each one started come to rest. */
  async advance(ms: number): Promise<void> {
    const untilMs = this.#elapsedMs + ms;
    await settle();
    for (let timer = this.#next(untilMs); timer; timer = this.#next(untilMs)) {
      this.#timers.delete(timer);
      this.#elapsedMs = Math.max(this.#elapsedMs, timer.dueMs);
      timer.callback();
      await settle();
    }
    this.#elapsedMs = untilMs;
    await settle();
  }

  /** Jumps by `ms` as if the process had been stopped: what was due meanwhile fires late, at the end. */
  async stall(ms: number): Promise<void> {
    this.#elapsedMs += ms;
    await this.advance(0);
  }

  #next(untilMs: number): Timer | undefined {
    let first: Timer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueMs <= untilMs && (!first || timer.dueMs < first.dueMs)) first = timer;
    }
    return first;
  }
}

/** Some turns of the event loop: enough for promises that wait for nothing but each other. */
async function settle(): Promise<void> {
  for (let i = 0; i < 3; i++) await turn();
}
