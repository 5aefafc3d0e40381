import { Temporal } from 'temporal-polyfill';
import { type WindowTime, weekdays } from '../../stack/maintenance.ts';

/** From, inclusive, to, exclusive. Unix milliseconds. */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

const dayMs = 86_400_000;

/**
 * The first occurrence of a window that has not ended by `ms`: it may be under way. Undefined where there is none any more.
 * A time that the clock on the wall skips in spring is the one that follows; one that it shows twice in autumn is the first.
 */
export function nextOccurrence(when: WindowTime, ms: number): Span | undefined {
  if ('fromMs' in when) return when.toMs > ms ? when : undefined;
  const { at, forMs, days, timeZone } = when;
  const first = Temporal.Instant.fromEpochMilliseconds(ms - forMs - dayMs)
    .toZonedDateTimeISO(timeZone)
    .toPlainDate();
  // A week and the days before: whichever of its days is meant, it is among them.
  const searched = 10 + Math.ceil(forMs / dayMs);
  for (let day = 0; day < searched; day++) {
    const date = first.add({ days: day });
    const weekday = weekdays[date.dayOfWeek - 1];
    if (weekday === undefined || !days.includes(weekday)) continue;
    const fromMs = date.toZonedDateTime({ timeZone, plainTime: at }).epochMilliseconds;
    if (fromMs + forMs > ms) return { fromMs, toMs: fromMs + forMs };
  }
  return undefined;
}
