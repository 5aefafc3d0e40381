import { probeLabels } from './labels.ts';
import { type MetricName, metrics } from './metrics.ts';
import { type RatioName, ratioNames } from './slo.ts';

/** Series that rules record, those of other components, and the one that Prometheus itself adds: what a query may name besides the catalogue. */
export const furtherSeries = {
  up: ['job', 'instance', 'service', 'location'],
  /** 1 for every probe that the configuration names: it says so even when the probe service is dead. */
  watchpost_probe_expected: ['service', 'probe', 'team'],
  'slo:objective:ratio': ['service', 'slo', 'team'],
  'slo:error_budget:ratio': ['service', 'slo', 'team'],
  'slo:period:seconds': ['service', 'slo', 'team'],
  'slo:errors:increase5m': ['service', 'slo'],
  'slo:runs:increase5m': ['service', 'slo'],
  'slo:period_burned:ratio': ['service', 'slo'],
  'slo:period_error_budget_remaining:ratio': ['service', 'slo'],
  ...sloRatios(),
  prometheus_config_last_reload_successful: [],
  prometheus_rule_evaluation_failures_total: ['rule_group'],
  prometheus_notifications_dropped_total: [],
  prometheus_notifications_alertmanagers_discovered: [],
  prometheus_tsdb_compactions_failed_total: [],
  prometheus_tsdb_wal_corruptions_total: [],
  alertmanager_config_last_reload_successful: [],
  alertmanager_notifications_failed_total: ['integration', 'reason'],
  loki_discarded_samples_total: ['reason'],
  loki_compactor_apply_retention_last_successful_run_timestamp_seconds: [],
  loki_write_dropped_entries_total: ['reason'],
  alloy_component_controller_running_components: ['health_type'],
} as const satisfies Record<string, readonly string[]>;

function sloRatios(): Readonly<Record<RatioName, readonly string[]>> {
  return Object.fromEntries(ratioNames.map((name) => [name, ['service', 'slo']])) as Record<RatioName, string[]>;
}

export type SeriesName = MetricName | keyof typeof furtherSeries;

/** A label's value, or how it compares: `{ job: { not: 'watchpost' } }`. */
export type Match = string | { readonly not: string } | { readonly like: string } | { readonly unlike: string };

/** `select('up', { job: 'watchpost' })` is `up{job="watchpost"}`. Throws when the series cannot carry the label. */
export function select(name: SeriesName, match: Readonly<Record<string, Match>> = {}): string {
  const known = labelsOf(name);
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

/** The labels that a series can carry. `job` and `instance` are added by the scrape. */
function labelsOf(name: SeriesName): readonly string[] {
  if (name in furtherSeries) return furtherSeries[name as keyof typeof furtherSeries];
  const { scope, labels } = metrics[name as MetricName];
  return ['job', 'instance', ...(scope === 'probe' ? probeLabels : []), ...labels];
}

function comparison(value: Match): string {
  if (typeof value === 'string') return `=${quote(value)}`;
  if ('not' in value) return `!=${quote(value.not)}`;
  if ('like' in value) return `=~${quote(value.like)}`;
  return `!~${quote(value.unlike)}`;
}

/** A string literal: PromQL reads the escapes of Go, of which those of JSON are a part. */
function quote(text: string): string {
  return JSON.stringify(text);
}
