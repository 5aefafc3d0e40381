import type { Clock } from '../model.ts';

/** Goes off at a time that is set anew after each time it went off. */
export interface Alarm {
  /** Monotonic milliseconds. Replaces the time that was set before. */
  set(dueMs: number): void;
  cancel(): void;
}

/** The clock's own timers count whole milliseconds: who would only be called again in less is called now. */
const toleranceMs = 0.5;

/**
 * So many go off in one turn of the event loop, the others in the next. After a stall all that was due in it would otherwise begin
 * at once, and what is under way would have to wait: the service would fall further behind, until it no longer caught up.
 */
const atOnce = 32;

interface Entry {
  dueMs: number;
  /** Where it stands in the heap; -1 where it is not set. */
  at: number;
  readonly callback: () => void;
}

/**
 * Many alarms on one timer of the clock, the next one first: a binary heap. Ten thousand probes with a timer each are as many
 * objects that live for an interval and then die old, which is what a collector of young garbage is worst at.
 */
export class Alarms implements Disposable {
  readonly #clock: Clock;
  readonly #heap: Entry[] = [];
  #timer: Disposable | undefined;
  /** What the timer is set to. */
  #timerMs = Number.POSITIVE_INFINITY;
  #isRinging = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  alarm(callback: () => void): Alarm {
    const entry: Entry = { dueMs: 0, at: -1, callback };
    return { set: (dueMs) => this.#set(entry, dueMs), cancel: () => this.#cancel(entry) };
  }

  [Symbol.dispose](): void {
    this.#heap.length = 0;
    this.#arm();
  }

  #set(entry: Entry, dueMs: number): void {
    entry.dueMs = dueMs;
    if (entry.at === -1) entry.at = this.#heap.push(entry) - 1;
    this.#settle(entry);
    this.#arm();
  }

  #cancel(entry: Entry): void {
    if (entry.at === -1) return;
    this.#remove(entry);
    this.#arm();
  }

  #remove(entry: Entry): void {
    const last = this.#heap.pop();
    if (last && last !== entry) {
      this.#heap[entry.at] = last;
      last.at = entry.at;
      this.#settle(last);
    }
    entry.at = -1;
  }

  /** Sets the timer to the first alarm, where it is not. */
  #arm(): void {
    if (this.#isRinging) return;
    const dueMs = this.#heap[0]?.dueMs ?? Number.POSITIVE_INFINITY;
    if (dueMs === this.#timerMs) return;
    this.#timer?.[Symbol.dispose]();
    this.#timerMs = dueMs;
    this.#timer =
      dueMs === Number.POSITIVE_INFINITY
        ? undefined
        : this.#clock.after(Math.max(0, dueMs - this.#clock.monotonic()), () => this.#ring());
  }

  #ring(): void {
    this.#timer = undefined;
    this.#timerMs = Number.POSITIVE_INFINITY;
    this.#isRinging = true;
    // Those that are due by now and no more: what a callback sets for at once has its turn after the others.
    const untilMs = this.#clock.monotonic() + toleranceMs;
    try {
      for (let rung = 0; rung < atOnce; rung++) {
        const first = this.#heap[0];
        if (!first || first.dueMs > untilMs) break;
        this.#remove(first);
        first.callback();
      }
    } finally {
      this.#isRinging = false;
      this.#arm();
    }
  }

  /** Moves an entry up or down to its place. */
  #settle(entry: Entry): void {
    const heap = this.#heap;
    for (let parent = heap[(entry.at - 1) >> 1]; entry.at > 0 && parent && parent.dueMs > entry.dueMs; ) {
      this.#swap(entry, parent);
      parent = heap[(entry.at - 1) >> 1];
    }
    for (let child = this.#sooner(entry.at); child && child.dueMs < entry.dueMs; child = this.#sooner(entry.at)) {
      this.#swap(entry, child);
    }
  }

  /** The child that is due first. */
  #sooner(at: number): Entry | undefined {
    const [left, right] = [this.#heap[2 * at + 1], this.#heap[2 * at + 2]];
    return left && right ? (right.dueMs < left.dueMs ? right : left) : left;
  }

  #swap(a: Entry, b: Entry): void {
    const at = a.at;
    a.at = b.at;
    b.at = at;
    this.#heap[a.at] = a;
    this.#heap[b.at] = b;
  }
}
