import { formatDuration } from './duration.ts';

/** Burn rates: how many times faster than its objective allows a service spends its error budget. */

/** What may be promised of a service: that its runs pass, and that those that pass are fast. */
export const sloNames = ['availability', 'latency'] as const;
export type SloName = (typeof sloNames)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** When to speak: the budget is spent `factor` times too fast, over both windows. The short one ends it when it is over. */
export interface BurnTier {
  readonly factor: number;
  readonly longMs: number;
  readonly shortMs: number;
}

/** Of the SRE workbook, for an objective over 30 days; shorter objectives use the same rates. */
export const burnTiers = {
  /** A fiftieth of a month's budget in an hour. */
  fast: { factor: 14.4, longMs: hourMs, shortMs: 5 * minuteMs },
  /** A twentieth in six hours. */
  slow: { factor: 6, longMs: 6 * hourMs, shortMs: 30 * minuteMs },
  /** A tenth in a day. */
  ticketFast: { factor: 3, longMs: dayMs, shortMs: 2 * hourMs },
  /** All of it by the end of the month. */
  ticketSlow: { factor: 1, longMs: 3 * dayMs, shortMs: 6 * hourMs },
} as const satisfies Record<string, BurnTier>;

/** Every window that a tier looks at, shortest first, without those that are longer than the objective's own. */
export function burnWindows(periodMs: number): readonly number[] {
  const all = Object.values(burnTiers)
    .filter(({ longMs }) => longMs <= periodMs)
    .flatMap(({ longMs, shortMs }) => [longMs, shortMs]);
  return [...new Set(all)].sort((a, b) => a - b);
}

/** The series in which the share of bad runs in a window is recorded: `slo:sli_error:ratio_rate1h`. */
export function ratioName(windowMs: number): RatioName {
  const name = `slo:sli_error:ratio_rate${formatDuration(windowMs)}`;
  const known = ratioNames.find((own) => own === name);
  if (!known) throw new Error(`nothing records "${name}"`);
  return known;
}

export const ratioNames = [
  'slo:sli_error:ratio_rate5m',
  'slo:sli_error:ratio_rate30m',
  'slo:sli_error:ratio_rate1h',
  'slo:sli_error:ratio_rate2h',
  'slo:sli_error:ratio_rate6h',
  'slo:sli_error:ratio_rate1d',
  'slo:sli_error:ratio_rate3d',
] as const;
export type RatioName = (typeof ratioNames)[number];
