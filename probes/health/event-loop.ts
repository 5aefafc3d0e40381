import { excusedMs, type OwnWork } from '../schedule/own-work.ts';

/** A tick is due this often; a stall that is shorter than the next constant is not told from a busy moment. */
const tickMs = 20;
const noticedMs = 50;
/** Stalls before that are forgotten: no attempt is older. */
const keptMs = 24 * 3_600_000;
const mostKept = 1_000;

interface Stall {
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Notices when the event loop stands still: while it computes, while the machine gives the processor to others, while the
 * process is stopped. In that time no answer is read, however quickly it came.
 */
export class EventLoopWatch implements Disposable {
  readonly #now: () => number;
  readonly #timer: NodeJS.Timeout;
  #stalls: Stall[] = [];
  #lastMs: number;

  /** @param now milliseconds that only go forward, the clock of the attempts */
  constructor(now: () => number) {
    this.#now = now;
    this.#lastMs = performance.now();
    this.#timer = setInterval(() => this.#tick(), tickMs).unref();
  }

  /**
   * For how long of this time it stood still by the doing of others, in milliseconds.
   * @param work of who asks. Who was among those that caused it, with all the others that did, is excused by none of them
   */
  stalledMs(fromMs: number, toMs: number, work?: OwnWork): number {
    // After a stall an attempt's own timer may come before the tick.
    this.#tick();
    let [stalledMs, ownMs] = [0, 0];
    for (const stall of this.#stalls) {
      const [from, to] = [Math.max(stall.fromMs, fromMs), Math.min(stall.toMs, toMs)];
      if (to <= from) continue;
      stalledMs += to - from;
      ownMs += work?.between(from, to) ?? 0;
    }
    return excusedMs(stalledMs, ownMs);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }

  /** What is measured is the real time, whatever clock the attempts go by: one that is turned by hand jumps. */
  #tick(): void {
    const realMs = performance.now();
    const gapMs = realMs - this.#lastMs;
    this.#lastMs = realMs;
    if (gapMs <= noticedMs) return;
    const toMs = this.#now();
    this.#stalls.push({ fromMs: toMs - gapMs, toMs });
    this.#stalls = this.#stalls.filter((stall) => stall.toMs > toMs - keptMs).slice(-mostKept);
  }
}
