import { aggregate, lastOverTime, type Match, select } from '../../stack/promql.ts';

/** Expressions that several panels share. */

export type ProbeMatch = Readonly<Record<string, Match>>;

/** A probe, whatever its target and location. */
export const perProbe = ['service', 'probe'] as const;

export const secondsPerDay = 86_400;

/** The confirmed state; held through the death of the probe service, as the rules hold it. */
export function heldState(match: ProbeMatch = {}): string {
  return lastOverTime(select('watchpost_probe_down', match), '1h');
}

/** The share of conclusive runs that passed, over the time range. */
export function passedShare(by: readonly string[], match: ProbeMatch = {}): string {
  const runs = (verdict: Match) =>
    aggregate('sum', by, `increase(${select('watchpost_probe_runs_total', { ...match, verdict })}[$__range])`);
  return `${runs('pass')} / ${runs({ like: 'pass|fail' })}`;
}

/** Days until the certificate expires. */
export function certificateDays(by: readonly string[], match: ProbeMatch = {}): string {
  return `(${aggregate('min', by, select('probe_ssl_earliest_cert_expiry', match))} - time()) / ${secondsPerDay}`;
}

/** Seconds since the last run ended. */
export function lastRunAge(by: readonly string[], match: ProbeMatch = {}): string {
  return `time() - ${aggregate('max', by, select('watchpost_probe_last_run_timestamp_seconds', match))}`;
}
