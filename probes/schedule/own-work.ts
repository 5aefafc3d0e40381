interface Span {
  readonly fromMs: number;
  toMs: number;
  /** Of the processor: less than the span is long where others had their turn in it. */
  usedMs: number;
}

/** Handlers that follow each other within this are one span, so that a flood of small packets does not make a flood of spans. */
const apartMs = 2;
const mostSpans = 1_000;

/** Ten probes of targets that all keep the loop busy have a tenth each; one that is only delayed uses a few milliseconds. */
const culpable = { ms: 50, share: 0.05 };

/**
 * How much of a stall excuses an attempt that did `ownMs` of work in it: what others did. Where it is among those that caused the
 * stall, nothing: two that delay each other would excuse each other for ever.
 */
export function excusedMs(stalledMs: number, ownMs: number): number {
  return ownMs >= Math.max(culpable.ms, stalledMs * culpable.share) ? 0 : Math.max(0, stalledMs - ownMs);
}

/** When the handlers of an attempt used the processor: in that time the event loop stood still because of them. */
export class OwnWork {
  readonly #spans: Span[] = [];

  /** Work of `ms` milliseconds has just ended. */
  add(nowMs: number, ms: number): void {
    const last = this.#spans.at(-1);
    if (last && (nowMs - ms - last.toMs < apartMs || this.#spans.length >= mostSpans)) {
      last.toMs = nowMs;
      last.usedMs += ms;
    } else {
      this.#spans.push({ fromMs: nowMs - ms, toMs: nowMs, usedMs: ms });
    }
  }

  /** How much of it was done in this time, in milliseconds of the processor. */
  between(fromMs: number, toMs: number): number {
    return this.#spans.reduce((sum, span) => {
      const overlapMs = Math.min(span.toMs, toMs) - Math.max(span.fromMs, fromMs);
      return overlapMs <= 0 ? sum : sum + Math.min(overlapMs, span.usedMs);
    }, 0);
  }
}
