import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { monitoringLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { countsPanel, linesPanel } from './lines.ts';
import { warning } from './look.ts';
import { step } from './queries.ts';

/** Panels about Loki: does it take what comes, delete what is old, and warn of what is in it? */

export function ingest(): Graph {
  return linesPanel({
    id: 60,
    title: 'Lines taken',
    description:
      'Each second. A fall to nothing while services run: the collector, or the way to Loki. A jump that stays: somebody logs every request, and the disk fills sooner.',
    unit: 'ops',
    queries: [[`sum(rate(${select('loki_distributor_lines_received_total')}${step}))`, 'lines']],
  });
}

export function refused(): Graph {
  return countsPanel({
    id: 61,
    title: 'Lines refused',
    description:
      'Lost, by reason. rate_limited: who sends so much? too_far_behind, greater_than_max_sample_age: lines that come late, after an outage; the limits are in loki.yaml.',
    alerts: ['LokiDiscarding'],
    unit: 'short',
    queries: [
      [aggregate('sum', ['reason'], `increase(${select('loki_discarded_samples_total')}${step})`), '{{reason}}'],
      [`sum(increase(${select('loki_ingester_wal_disk_full_failures_total')}${step}))`, 'its disk is full'],
    ],
    none: 'None was refused.',
  });
}

export function requests(): Graph {
  const routes = { route: { like: 'loki_api_v1_push|otlp_v1_logs|loki_api_v1_query(_range)?' } };
  const buckets = aggregate(
    'sum',
    ['route', 'le'],
    `rate(${select('loki_request_duration_seconds_bucket', routes)}${step})`,
  );
  return linesPanel({
    id: 62,
    title: 'How long Loki takes',
    description:
      '95 % of the requests were faster. Slow to take lines: its disk. Slow to answer: a query over too much; choose a service and a shorter time.',
    unit: 's',
    queries: [[`histogram_quantile(0.95, ${buckets}) >= 0`, '{{route}}']],
  });
}

export function ages(): Graph {
  const ago = (
    name:
      | 'loki_compactor_apply_retention_last_successful_run_timestamp_seconds'
      | 'loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds',
  ) => `time() - (max(${select(name)} > 0) or max(${select('process_start_time_seconds', { job: 'loki' })}))`;
  return linesPanel({
    id: 63,
    title: 'Last deleted and compacted',
    description:
      'How long ago Loki last went through what is past its time, and last compacted its index, or since when it runs without: every few minutes. Above the line nothing is deleted any more, and the disk fills.',
    alerts: ['LokiRetentionStalled'],
    unit: 's',
    limits: [[monitoringLimits.retentionStalledSeconds, warning]],
    queries: [
      [ago('loki_compactor_apply_retention_last_successful_run_timestamp_seconds'), 'retention'],
      [ago('loki_boltdb_shipper_compact_tables_operation_last_successful_run_timestamp_seconds'), 'compaction'],
    ],
  });
}

export function inMemory(): Graph {
  return linesPanel({
    id: 64,
    title: 'Streams',
    description:
      'Open at once: one for each set of labels. Ever more is a label with ever new values; each stream costs memory, and Loki refuses new ones at its limit of 5,000.',
    alerts: ['LokiDiscarding'],
    unit: 'short',
    queries: [
      [`sum(${select('loki_ingester_memory_streams')})`, 'streams'],
      [`sum(${select('loki_ingester_memory_chunks')})`, 'chunks in memory'],
      [`max(${select('loki_ingester_flush_queue_length')})`, 'chunks that wait for the disk'],
    ],
  });
}

export function ruler(): Graph {
  const counted = (
    name:
      | 'loki_prometheus_rule_evaluations_total'
      | 'loki_prometheus_rule_evaluation_failures_total'
      | 'loki_prometheus_notifications_dropped_total'
      | 'loki_prometheus_rule_group_iterations_missed_total',
  ) => `sum(increase(${select(name)}${step}))`;
  return countsPanel({
    id: 65,
    title: 'Rules about logs',
    description:
      'Evaluated, and what went wrong. Failed or left out: what its rules are to warn of may happen unseen; alerts lost: Alertmanager did not answer Loki.',
    alerts: ['LokiRulerFailing'],
    unit: 'short',
    queries: [
      [counted('loki_prometheus_rule_evaluations_total'), 'evaluated'],
      [`${counted('loki_prometheus_rule_evaluation_failures_total')}`, 'failed'],
      [`${counted('loki_prometheus_rule_group_iterations_missed_total')}`, 'left out'],
      [`${counted('loki_prometheus_notifications_dropped_total')}`, 'alerts lost'],
    ],
  });
}
