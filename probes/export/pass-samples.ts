import type { Clock, ProbeId } from '../model.ts';
import { ProbeMap } from '../probe-map.ts';

/** Each probe once in so long, where there are not too many of them. */
const everyMs = 3_600_000;
/** All of them together: so many a minute, and so many at once at most. */
const perMinute = 60;
const oneMs = 60_000 / perMinute;
const mostAtOnce = 60;

/**
 * Which passes are recorded: the first of a probe, and about one an hour. Of ten thousand probes it is one in almost three hours,
 * for all together have a budget, and each has its turn before any has its next.
 */
export class PassSamples {
  readonly #clock: Clock;
  readonly #recordedMs = new ProbeMap<number>();
  #probes = 0;
  /** When the budget would be whole again; how far that is ahead says how much of it is spent. */
  #wholeMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many probes share the budget. */
  configure(probes: number): void {
    this.#probes = probes;
  }

  /** Whether this pass is to be recorded; then it is counted as that. */
  take(probe: ProbeId): boolean {
    const nowMs = this.#clock.monotonic();
    const aheadMs = Math.max(0, this.#wholeMs - nowMs);
    if (aheadMs > (mostAtOnce - 1) * oneMs) return false;
    const lastMs = this.#recordedMs.get(probe);
    if (lastMs !== undefined && nowMs - lastMs < Math.max(everyMs, this.#probes * oneMs)) return false;
    this.#recordedMs.set(probe, nowMs);
    this.#wholeMs = nowMs + aheadMs + oneMs;
    return true;
  }

  forget(probe: ProbeId): void {
    this.#recordedMs.delete(probe);
  }
}
