import { Temporal } from 'temporal-polyfill';

/** A date, a time zone or a locale in which the unit tests have to pass. */
export interface Moment {
  readonly name: string;
  /** How far the clock is moved. */
  readonly days?: number;
  /** The clock starts at this local time of `timeZone`, an ISO 8601 time without an offset. */
  readonly at?: string;
  readonly timeZone?: string;
  readonly locale?: string;
}

/** Two minutes before the clocks change: the suite runs through the change. */
const changes = [
  { name: 'into summer time in Berlin', timeZone: 'Europe/Berlin', at: '2027-03-28T01:58:00' },
  { name: 'out of summer time in Berlin', timeZone: 'Europe/Berlin', at: '2027-10-31T02:58:00' },
  { name: 'into daylight-saving time in New York', timeZone: 'America/New_York', at: '2027-03-14T01:58:00' },
  { name: 'out of daylight-saving time in New York', timeZone: 'America/New_York', at: '2027-11-07T01:58:00' },
];

export const moments: readonly Moment[] = [
  { name: 'tomorrow', days: 1 },
  { name: 'in eight days', days: 8 },
  { name: 'in forty days', days: 40 },
  { name: 'in four hundred days', days: 400 },
  { name: 'at the end of a leap day', at: '2028-02-29T23:50:00', timeZone: 'UTC' },
  ...changes,
  { name: 'in Chatham, 12:45 or 13:45 ahead of UTC', timeZone: 'Pacific/Chatham' },
  { name: 'in a Turkish locale', locale: 'tr_TR.UTF-8' },
];

/**
 * How far the clock has to be moved for a moment to be now.
 * @param nowMs Unix milliseconds
 * @returns whole seconds
 */
export function offsetSeconds({ days, at, timeZone = 'UTC' }: Moment, nowMs: number): number {
  if (days !== undefined) return days * 86_400;
  if (at === undefined) return 0;
  const then = Temporal.PlainDateTime.from(at).toZonedDateTime(timeZone, { disambiguation: 'earlier' });
  return Math.round((then.epochMilliseconds - nowMs) / 1_000);
}
