import { aggregate, lastOverTime, type Match, select } from '../../stack/promql.ts';

/** Expressions that several panels share. */

export type ProbeMatch = Readonly<Record<string, Match>>;

/** A probe, whatever its target and location. */
export const perProbe = ['service', 'probe'] as const;

/** The probes chosen in the dashboard of a service. */
export const chosen = { service: '$service', probe: { like: '$probe' } } as const satisfies ProbeMatch;

/** The window of a step: as long as the step, and never shorter than a rate needs. */
export const step = '[$__rate_interval]';

/** Where nothing has ever been counted: a line at 0, named `none`, and not an empty panel. */
export function orNone(vector: string, label: string): string {
  return `${vector} or on () label_replace(vector(0), "${label}", "none", "", "")`;
}

export const secondsPerDay = 86_400;

/** No panel draws more than so many lines, however many probes there are. */
export const most = 20;

/** The confirmed state; held through the death of the probe service, as the rules hold it. */
export function heldState(match: ProbeMatch = {}): string {
  return lastOverTime(select('watchpost_probe_down', match), '1h');
}

/** Between up and down: the probe should run, and does not. */
export const noResult = 0.5;

/** The confirmed state of each probe: 0 up, 1 down, `noResult` where nothing is heard of a probe that was up. */
export function stateNow(match: ProbeMatch = {}): string {
  const current = aggregate('max', perProbe, select('watchpost_probe_down', match));
  const held = aggregate('max', perProbe, heldState(match));
  const expected = select('watchpost_probe_expected');
  return `${current} or ${held} == 1 or ${held} + ${noResult} and on (service, probe) ${expected}`;
}

/** Without the probes that were taken out of the configuration since. */
export function configured(vector: string): string {
  return `(${vector}) and on (service, probe) ${select('watchpost_probe_expected')}`;
}

/** Why each probe is down; of one that was down when it was last heard of, what was known then. */
export function failuresNow(by: readonly string[]): string {
  const failing = select('watchpost_probe_failing_info');
  const downWhenLastHeard = `${heldState()} == 1 unless on (service, probe) ${select('watchpost_probe_down')}`;
  const known = `${lastOverTime(failing, '1h')} and on (service, probe) (${downWhenLastHeard})`;
  return aggregate('max', by, `${failing} or ${known}`);
}

/** The share of conclusive runs that passed, over the time range. */
export function passedShare(by: readonly string[], match: ProbeMatch = {}): string {
  const runs = (verdict: Match) =>
    aggregate('sum', by, `increase(${select('watchpost_probe_runs_total', { ...match, verdict })}[$__range])`);
  return `${runs('pass')} / ${runs({ like: 'pass|fail' })}`;
}

/** Days until the certificate expires, as it was last seen. */
export function certificateDays(by: readonly string[], match: ProbeMatch = {}): string {
  return `(${aggregate('min', by, lastOverTime(select('probe_ssl_earliest_cert_expiry', match), '1h'))} - time()) / ${secondsPerDay}`;
}

/** Seconds since the last run ended. */
export function lastRunAge(by: readonly string[], match: ProbeMatch = {}): string {
  return `time() - ${aggregate('max', by, lastOverTime(select('watchpost_probe_last_run_timestamp_seconds', match), '1h'))}`;
}

/** Seconds since the oldest failure that lasts began. */
export function downFor(match: ProbeMatch = {}): string {
  const since = lastOverTime(select('watchpost_probe_down_since_timestamp_seconds', match), '1h');
  return `time() - min(${since} and on (service, probe) (${stateNow(match)}) == 1)`;
}
