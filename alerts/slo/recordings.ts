import type { Config } from '../../config/model.ts';
import { formatDuration } from '../../stack/duration.ts';
import { aggregate, lastOverTime, type SeriesName, select } from '../../stack/promql.ts';
import { burnWindows, ratioName } from '../../stack/slo.ts';
import { decimal, type Objective, objectives } from './objectives.ts';

export type Recording = {
  readonly record: string;
  readonly expr: string;
  readonly labels?: Readonly<Record<string, string>>;
};

export interface RecordingGroup {
  readonly name: string;
  readonly intervalMs: number;
  readonly rules: readonly Recording[];
}

/** Up to here a window is read from the samples themselves; a longer one from what was recorded every five minutes. */
const longestDirectMs = 3_600_000;
/** The step in which long windows are added up: of the last day. */
const stepMs = 300_000;
/** What is older is added up by the hour: a month in steps of five minutes would be 8,640 of them for every service. */
const oldStepMs = 3_600_000;
const dayMs = 86_400_000;
/** How often a short window is recorded, and a long one. */
const shortEveryMs = 30_000;
const longEveryMs = 60_000;

/**
 * What the burn-rate alerts and the dashboards look at. Bad and all runs are added up before they are divided, so that a
 * quiet hour weighs less than a busy one, and one rule serves all services: which objective each has is a series as well.
 */
export function sloRecordings(config: Config): readonly RecordingGroup[] {
  const all = objectives(config);
  if (all.length === 0) return [];
  const periods = [...new Set(all.map(({ windowMs }) => windowMs))].sort((a, b) => a - b);
  const windows = burnWindows(Math.max(...periods));
  return [
    {
      name: 'slo-objectives',
      intervalMs: shortEveryMs,
      rules: [
        ...all.map(({ ratio, ...of }) => constant('slo:objective:ratio', ratio, of)),
        // Rounded, since 1 - 0.999 is 0.0010000000000000009.
        { record: 'slo:error_budget:ratio', expr: `round(1 - ${select('slo:objective:ratio')}, 0.000000001)` },
        ...periodSeconds(all),
        firstRun(),
        configuredRate(),
      ],
    },
    {
      name: 'slo-short-windows',
      intervalMs: shortEveryMs,
      rules: kinds(all).flatMap((kind) => [
        counted('slo:errors:increase5m', bad(kind, stepMs), kind),
        counted('slo:runs:increase5m', ran(kind, stepMs), kind),
        counted('slo:errors:increase1h', bad(kind, oldStepMs), kind),
        counted('slo:runs:increase1h', ran(kind, oldStepMs), kind),
        ...windows
          .filter((ms) => ms <= longestDirectMs)
          .map((ms) => counted(ratioName(ms), share(bad(kind, ms), ran(kind, ms), ms, kind), kind)),
      ]),
    },
    {
      name: 'slo-long-windows',
      intervalMs: longEveryMs,
      rules: [
        ...windows
          .filter((ms) => ms > longestDirectMs)
          .map((ms) => ({ record: ratioName(ms), expr: recordedRatio(ms) })),
        { record: 'slo:period_burned:ratio', expr: periods.map((ms) => `(${burned(ms)})`).join(' or ') },
        {
          record: 'slo:period_error_budget_remaining:ratio',
          expr: `1 - ${select('slo:period_burned:ratio')}`,
        },
      ],
    },
  ];
}

/** How far what is recorded of a window lags behind what happens, at most. A long one is added up from short ones, in steps. */
export function recordedLateMs(windowMs: number): number {
  return windowMs <= longestDirectMs ? shortEveryMs : shortEveryMs + stepMs + longEveryMs;
}

/** How much of its budget each service with this period has spent. */
function burned(periodMs: number): string {
  return (
    `(${recordedRatio(periodMs)}) / on (service, slo) ${select('slo:error_budget:ratio')}` +
    ` and on (service, slo) ${select('slo:period:seconds')} == ${periodMs / 1_000}`
  );
}

/** What holds for all objectives is one rule for all of them. */
function periodSeconds(all: readonly Objective[]): readonly Recording[] {
  const record = 'slo:period:seconds';
  const [first, ...others] = new Set(all.map(({ windowMs }) => windowMs / 1_000));
  if (first !== undefined && others.length === 0)
    return [{ record, expr: `0 * ${select('slo:objective:ratio')} + ${first}` }];
  return all.map(({ windowMs, ...of }) => constant(record, windowMs / 1_000, of));
}

function constant(record: string, value: number, { service, slo, team }: Pick<Objective, 'service' | 'slo' | 'team'>) {
  return { record, expr: `vector(${decimal(value)})`, labels: { service, slo, team } };
}

/** What was recorded before is remembered: it is needed most when the probe service has just died. */
function remembered(name: SeriesName, now: string): string {
  return `${now} or ${lastOverTime(select(name), '1h')}`;
}

/** When the first run ended that counted, of all locations. A service that leaves the file for a minute is no new one. */
function firstRun(): Recording {
  const record = 'slo:first_run:timestamp_seconds';
  const known = remembered(record, select('watchpost_slo_first_run_timestamp_seconds'));
  const first = aggregate('min', ['service', 'slo'], known);
  return { record, expr: `${first} and on (service, slo) ${select('slo:objective:ratio')}` };
}

/** How many runs a second the intervals of a service's probes make, at all locations. */
function configuredRate(): Recording {
  const record = 'slo:runs:configured_rate';
  const rate = aggregate('sum', ['service'], `1 / (${select('watchpost_probe_interval_seconds')} > 0)`);
  return { record, expr: `(${remembered(record, rate)}) and on (service) ${select('slo:objective:ratio')}` };
}

/**
 * The share of bad runs in a window. Where it begins before the first run, as many good ones are counted for that time as the intervals
 * make: nothing was bad that was not there. A gap later on is in neither sum, so that the runs that were seen stand for all.
 */
function share(bad: string, all: string, windowMs: number, slo?: Kind): string {
  const first = select('slo:first_run:timestamp_seconds', slo && { slo });
  const before = `clamp_min(${windowMs / 1_000} - (time() - ${first}), 0)`;
  const on = slo ? 'on (service)' : 'on (service, slo)';
  const group = slo ? '' : ' group_left ()';
  const good = `${before} * on (service)${group} ${select('slo:runs:configured_rate')}`;
  return `${bad} / ${on} ((${all} > 0) + ${on} (${good}))`;
}

type Kind = Objective['slo'];

function kinds(all: readonly Objective[]): readonly Kind[] {
  return [...new Set(all.map(({ slo }) => slo))];
}

function counted(record: string, expr: string, slo: Kind): Recording {
  return { record, expr, labels: { slo } };
}

/** Runs that were bad in the window, by service. Only those of a service that has the objective count. */
function bad(kind: Kind, windowMs: number): string {
  return kind === 'availability'
    ? runs({ verdict: 'fail' }, windowMs)
    : `sum by (service) (increase(${select('watchpost_slo_latency_runs_total', { speed: 'slow' })}[${formatDuration(windowMs)}]))`;
}

/** All of them. What is inconclusive says nothing of the service, and what is slow has passed. */
function ran(kind: Kind, windowMs: number): string {
  return kind === 'availability'
    ? runs({ verdict: { like: 'pass|fail' } }, windowMs)
    : `sum by (service) (increase(${select('watchpost_slo_latency_runs_total')}[${formatDuration(windowMs)}]))`;
}

function runs(match: Parameters<typeof select>[1], windowMs: number): string {
  return aggregate(
    'sum',
    ['service'],
    `increase(${select('watchpost_probe_runs_total', match)}[${formatDuration(windowMs)}])`,
  );
}

/** Of what was recorded: in steps of five minutes for the last day, and of an hour before it. */
function recordedRatio(windowMs: number): string {
  return share(recordedSum('errors', windowMs), recordedSum('runs', windowMs), windowMs);
}

/** Where the two meet, up to an hour is in neither; what has only one of them is that. */
function recordedSum(what: 'errors' | 'runs', windowMs: number): string {
  const newest = Math.min(windowMs, dayMs);
  const young = `sum_over_time(${select(`slo:${what}:increase5m`)}[${formatDuration(newest)}:${formatDuration(stepMs)}])`;
  if (windowMs <= dayMs) return young;
  const rest = `${formatDuration(windowMs - dayMs)}:${formatDuration(oldStepMs)}`;
  const old = `sum_over_time(${select(`slo:${what}:increase1h`)}[${rest}] offset ${formatDuration(dayMs)})`;
  return `(${young} + ${old} or ${young} or ${old})`;
}
