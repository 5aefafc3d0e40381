import { type ForeignSeries, foreignSeries, type KnownSeries, seriesOf } from './catalogue/index.ts';
import { identityLabels, probeLabels } from './labels.ts';
import { logRecordings } from './log-recordings.ts';
import { type MetricName, metrics } from './metrics.ts';
import { type RatioName, ratioNames } from './slo.ts';

/** Series that rules record, and those that Prometheus itself adds: what a query may name besides the catalogues. */
export const furtherSeries = {
  up: ['job', 'instance', 'service', 'location', 'team'],
  scrape_duration_seconds: ['job', 'instance', 'service', 'location', 'team'],
  scrape_samples_scraped: ['job', 'instance', 'service', 'location', 'team'],
  scrape_samples_post_metric_relabeling: ['job', 'instance', 'service', 'location', 'team'],
  scrape_series_added: ['job', 'instance', 'service', 'location', 'team'],
  ALERTS: ['alertstate', ...identityLabels, 'job', 'instance'],
  ALERTS_FOR_STATE: identityLabels,
  /** 1 for every probe that the configuration names: it says so even when the probe service is dead. */
  watchpost_probe_expected: ['service', 'probe', 'team'],
  /** 1 for every systemd unit that the configuration names. */
  watchpost_unit_expected: ['service', 'name', 'team'],
  'slo:objective:ratio': ['service', 'slo', 'team'],
  'slo:error_budget:ratio': ['service', 'slo', 'team'],
  'slo:period:seconds': ['service', 'slo', 'team'],
  'slo:first_run:timestamp_seconds': ['service', 'slo'],
  'slo:runs:configured_rate': ['service'],
  'slo:errors:increase5m': ['service', 'slo'],
  'slo:runs:increase5m': ['service', 'slo'],
  'slo:errors:increase1h': ['service', 'slo'],
  'slo:runs:increase1h': ['service', 'slo'],
  'slo:period_burned:ratio': ['service', 'slo'],
  'slo:period_error_budget_remaining:ratio': ['service', 'slo'],
  ...sloRatios(),
  ...logRecordings,
} as const satisfies Record<string, readonly string[]>;

function sloRatios(): Readonly<Record<RatioName, readonly string[]>> {
  return Object.fromEntries(ratioNames.map((name) => [name, ['service', 'slo']])) as Record<RatioName, string[]>;
}

/** Ours, what rules record, and what the other components have. */
export type SeriesName =
  | MetricName
  | `${MetricName}_${'bucket' | 'sum' | 'count'}`
  | keyof typeof furtherSeries
  | ForeignSeries;

/** A label's value, or how it compares: `{ job: { not: 'watchpost' } }`. */
export type Match = string | { readonly not: string } | { readonly like: string } | { readonly unlike: string };

/** `select('up', { job: 'watchpost' })` is `up{job="watchpost"}`. Throws when the series cannot carry the label. */
export function select(name: SeriesName, match: Readonly<Record<string, Match>> = {}): string {
  const known = knownSeries(name)?.labels;
  if (!known) throw new Error(`there is no series "${name}"`);
  const matchers = Object.entries(match).map(([label, value]) => {
    if (!known.includes(label)) {
      throw new Error(`series "${name}" has no label "${label}"; it has ${known.join(', ')}`);
    }
    return `${label}${comparison(value)}`;
  });
  return matchers.length === 0 ? name : `${name}{${matchers.join(',')}}`;
}

/** `max by (service, probe) (…)`. */
export function aggregate(how: 'min' | 'max' | 'sum' | 'count', by: readonly string[], vector: string): string {
  return `${how} by (${by.join(', ')}) (${vector})`;
}

/** The newest sample of the window, even when the series has gone stale since. */
export function lastOverTime(selector: string, window: string): string {
  return `last_over_time(${selector}[${window}])`;
}

/** What is known of a series by its name, whoever has it; undefined for one that nobody has. The scrape's labels included. */
export function knownSeries(name: string): KnownSeries | undefined {
  if (Object.hasOwn(furtherSeries, name)) {
    const labels = furtherSeries[name as keyof typeof furtherSeries];
    return { type: 'gauge', labels, components: name.includes(':') ? ['rules'] : ['prometheus'] };
  }
  const own = ownSeries(name);
  if (own) return own;
  const foreign = foreignSeries(name);
  return foreign && { ...foreign, labels: [...scrapeLabels, ...foreign.labels] };
}

/** The labels that Prometheus adds to whatever it scrapes for a service or from a part. */
const scrapeLabels = ['job', 'instance', 'service', 'team'] as const;

function ownSeries(name: string): KnownSeries | undefined {
  const metric = Object.hasOwn(metrics, name) ? name : name.replace(/_(?:bucket|sum|count)$/, '');
  if (!Object.hasOwn(metrics, metric)) return undefined;
  const { scope, type, labels } = metrics[metric as MetricName];
  const [, found] = seriesOf(metric, type).find(([series]) => series === name) ?? [];
  if (!found) return undefined;
  const all = ['job', 'instance', ...(scope === 'probe' ? probeLabels : []), ...labels, ...found.labels];
  return { type: found.type, labels: all, components: ['watchpost'] };
}

/** `="web"`: what follows the label's name. */
export function comparison(value: Match): string {
  if (typeof value === 'string') return `=${quote(value)}`;
  if ('not' in value) return `!=${quote(value.not)}`;
  if ('like' in value) return `=~${quote(value.like)}`;
  return `!~${quote(value.unlike)}`;
}

/** A string literal: PromQL reads the escapes of Go, of which those of JSON are a part. */
function quote(text: string): string {
  return JSON.stringify(text);
}
