import type { Span } from './fault.ts';

/**
 * Where a piece of a scalar's value stands in the file: plain or quoted, on one line or over several, in a block. The
 * whole scalar, where escapes hide it.
 */
export function insideScalar(source: string, scalar: Span, value: string, piece: Span): Span {
  const places = placesOf(source.slice(scalar.from, scalar.to), value);
  if (!places) return scalar;
  const from = places[piece.from] ?? places.at(-1) ?? 0;
  const last = places[Math.max(piece.to - 1, piece.from)] ?? from;
  return { from: scalar.from + from, to: scalar.from + Math.max(last, from) + 1 };
}

/** For each unit of the value its offset in what is written. White space may be written otherwise: lines are folded. */
function placesOf(written: string, value: string): readonly number[] | undefined {
  const places: number[] = [];
  let at = beginOf(written);
  for (const unit of value) {
    const isSpace = /\s/.test(unit);
    if (isSpace) {
      places.push(at);
      if (/\s/.test(written[at] ?? '')) at += 1;
    } else {
      while (/\s/.test(written[at] ?? '')) at += 1;
      if (!written.startsWith(unit, at)) return undefined;
      for (let i = 0; i < unit.length; i++) places.push(at + i);
      at += unit.length;
    }
  }
  return places;
}

/** Behind the quotation mark, or the line of a block's indicator. */
function beginOf(written: string): number {
  if (/^[|>]/.test(written)) return written.indexOf('\n') + 1;
  return /^["']/.test(written) ? 1 : 0;
}
