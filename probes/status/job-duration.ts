import { parseDuration } from '../../stack/duration.ts';

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
/** No job takes longer, and a clock that was set makes such numbers. */
const mostMs = 366 * 86_400_000;

/**
 * What a job says of how long it took, in milliseconds; undefined where that cannot be read. Besides durations as in the
 * configuration, what is at hand in a script: seconds (`$SECONDS` of bash, `%e` of time), with a fraction or a unit.
 */
export function jobDuration(text: string): number | undefined {
  const trimmed = text.trim();
  const [, number = '', unit = 's'] = /^(\d{1,15}(?:[.,]\d{1,9})?)\s?(ms|s|m|h|d)?$/.exec(trimmed) ?? [];
  const ms = number === '' ? parseDuration(trimmed) : Number(number.replace(',', '.')) * (unitMs[unit] ?? Number.NaN);
  return ms !== undefined && ms <= mostMs ? ms : undefined;
}
