import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import { rows } from './data.ts';
import { greatest } from './greatest.ts';
import { countsPanel, linesPanel } from './lines.ts';
import { bad, good, words } from './look.ts';
import { step } from './queries.ts';
import { stateColumn, tablePanel, width } from './table.ts';

/** Panels about Prometheus: does it see everything, and compute what it must? */

/** What belongs to no service is a part of the stack. */
const ofParts = { service: '' };

export function targets(): Table {
  const by = ['job', 'instance', 'service'];
  return tablePanel({
    id: 30,
    title: 'Targets',
    description:
      'What Prometheus scrapes, with what does not answer first. The page "Target health" of Prometheus has the error. A duration near 4 s is about to fail.',
    alerts: ['TargetDown', 'ProbeServiceDown'],
    queries: [
      rows(`1 - ${aggregate('min', by, select('up'))}`, 'A'),
      rows(aggregate('max', by, select('scrape_duration_seconds')), 'B'),
      rows(aggregate('max', by, select('scrape_samples_scraped')), 'C'),
    ],
    columns: [
      stateColumn('Value #A', words({ 1: ['down', bad], 0: ['up', good] })),
      { from: 'job', title: 'Job', properties: [width(120)] },
      { from: 'instance', title: 'Address' },
      { from: 'service', title: 'Service', properties: [width(120)] },
      { from: 'Value #B', title: 'Took', properties: [{ id: 'unit', value: 's' }, width(90)] },
      { from: 'Value #C', title: 'Samples', properties: [{ id: 'unit', value: 'short' }, width(90)] },
    ],
    sortBy: 'State',
    none: 'Prometheus scrapes nothing.',
  });
}

export function slowestScrapes(): Graph {
  return linesPanel({
    id: 31,
    title: 'Slowest scrapes',
    description:
      'The ten slowest over the time range. At 4 s a scrape is given up, and its metrics have a gap: what answers has too much to say, or its machine is busy.',
    alerts: ['TargetDown'],
    unit: 's',
    queries: [
      [
        greatest(10, ['job', 'instance'], (window) =>
          aggregate('max', ['job', 'instance'], `max_over_time(${select('scrape_duration_seconds')}${window})`),
        ),
        '{{job}} {{instance}}',
      ],
    ],
  });
}

const group = ['rule_group'] as const;
/** The name of a group is the path of its file and its own name; the latter is enough. */
const ownName = { id: 'renameByRegex', options: { regex: '.*;(.*)', renamePattern: '$1' } };

export function slowestRules(): Graph {
  return linesPanel({
    id: 32,
    title: 'Slowest rules',
    description:
      'How long a group of rules takes, the ten slowest. It must stay far below the interval of 5 s: else evaluations are left out, and pages come later.',
    unit: 's',
    queries: [
      [
        greatest(10, group, (window) =>
          aggregate('max', group, `max_over_time(${select('prometheus_rule_group_last_duration_seconds')}${window})`),
        ),
        '{{rule_group}}',
      ],
    ],
  }).transformations([ownName]);
}

export function ruleFailures(): Graph {
  const counted = (
    name: 'prometheus_rule_evaluation_failures_total' | 'prometheus_rule_group_iterations_missed_total',
  ) => `sum(increase(${select(name)}${step}))`;
  return countsPanel({
    id: 33,
    title: 'Rules not computed',
    description:
      'Must be 0. Failed: an expression that is wrong for what it found; left out: the evaluation before took longer than the interval.',
    alerts: ['PrometheusRuleFailures'],
    unit: 'short',
    queries: [
      [counted('prometheus_rule_evaluation_failures_total'), 'failed'],
      [counted('prometheus_rule_group_iterations_missed_total'), 'left out'],
    ],
  });
}

export function series(): Graph {
  return linesPanel({
    id: 34,
    title: 'Series',
    description:
      'How many Prometheus has in memory, and how many are new each second. A climb that does not end is a label with ever new values: the table of targets says who has so many samples.',
    unit: 'short',
    queries: [
      [`max(${select('prometheus_tsdb_head_series')})`, 'in memory'],
      [`max(rate(${select('prometheus_tsdb_head_series_created_total')}${step}))`, 'new each second'],
    ],
  });
}

export function storage(): Graph {
  const bytes = (
    name:
      | 'prometheus_tsdb_storage_blocks_bytes'
      | 'prometheus_tsdb_wal_storage_size_bytes'
      | 'prometheus_tsdb_head_chunks_storage_size_bytes',
  ) => `max(${select(name, { job: 'prometheus' })})`;
  return linesPanel({
    id: 35,
    title: 'Prometheus on the disk',
    description:
      'Blocks are what is older than two to three hours; the write-ahead log is what a restart reads again. Blocks that only grow after a month, or a log that does: compaction fails.',
    alerts: ['PrometheusStorageFailing'],
    unit: 'bytes',
    queries: [
      [bytes('prometheus_tsdb_storage_blocks_bytes'), 'blocks'],
      [bytes('prometheus_tsdb_wal_storage_size_bytes'), 'write-ahead log'],
      [bytes('prometheus_tsdb_head_chunks_storage_size_bytes'), 'chunks of the head'],
    ],
  });
}

export function memoryOfParts(): Graph {
  return linesPanel({
    id: 36,
    title: 'Memory of the parts',
    description:
      'What each part of the stack holds. One that comes near its `mem_limit` in compose.yaml is killed and starts again: raise it, or give it less to do.',
    unit: 'bytes',
    queries: [[aggregate('max', ['job'], select('process_resident_memory_bytes', ofParts)), '{{job}}']],
  });
}

export function processorOfParts(): Graph {
  return linesPanel({
    id: 37,
    title: 'Cores used by the parts',
    description:
      'What each part of the stack computes. Prometheus rising: more series, or slower rules. Loki: more lines, or wide queries. The probe service: more probes, or shorter intervals.',
    unit: 'none',
    queries: [[aggregate('max', ['job'], `rate(${select('process_cpu_seconds_total', ofParts)}${step})`), '{{job}}']],
  });
}
