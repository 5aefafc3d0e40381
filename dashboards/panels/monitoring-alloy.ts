import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import { areasPanel, countsPanel, linesPanel } from './lines.ts';
import { step } from './queries.ts';

/** Panels about Alloy: are the logs read, and do they get to Loki? */

/** It has no series of what has never happened. */
const orNone = (vector: string) => `${vector} or vector(0)`;
const rate = (name: Parameters<typeof select>[0]) => `sum(rate(${select(name)}${step}))`;

export function entries(): Graph {
  return linesPanel({
    id: 80,
    title: 'Lines read and sent',
    description:
      'Each second. Read without sent: Loki does not take them, and they are tried again. Nothing read while services write: a path, a right, or the access to the containers is wrong.',
    alerts: ['AlloyDroppingLogs', 'AlloyUnhealthy'],
    unit: 'ops',
    queries: [
      [orNone(rate('loki_write_sent_entries_total')), 'sent to Loki'],
      [rate('loki_source_docker_target_entries_total'), 'read from containers'],
      [rate('loki_source_file_read_lines_total'), 'read from files'],
    ],
  });
}

export function lost(): Graph {
  const dropped = `increase(${select('loki_write_dropped_entries_total')}${step})`;
  return countsPanel({
    id: 81,
    title: 'Tried again, and lost',
    description:
      'Tried again is well as long as it ends: Loki was away. Lost lines are nowhere: the reason says whether Loki refused them or was away for too long.',
    alerts: ['AlloyDroppingLogs'],
    unit: 'short',
    queries: [
      [orNone(`sum(increase(${select('loki_write_batch_retries_total')}${step}))`), 'batches tried again'],
      [aggregate('sum', ['reason'], dropped), 'lines lost: {{reason}}'],
    ],
  });
}

export function components(): Graph {
  return areasPanel({
    id: 82,
    title: 'Its components',
    description:
      'By health. One that is not healthy reads no source, or sends nothing: http://127.0.0.1:12345 shows which, and its error.',
    alerts: ['AlloyUnhealthy'],
    unit: 'short',
    queries: [
      [aggregate('sum', ['health_type'], select('alloy_component_controller_running_components')), '{{health_type}}'],
    ],
  });
}

export function latency(): Graph {
  const buckets = aggregate('sum', ['le'], `rate(${select('loki_write_request_duration_seconds_bucket')}${step})`);
  return linesPanel({
    id: 83,
    title: 'How long Loki takes to take them',
    description:
      'Half and 95 % of the requests with lines were faster. It is part of the time from a line to an alert about it; seconds are a Loki whose disk is slow, or which is refusing lines.',
    alerts: ['AlloyDroppingLogs'],
    unit: 's',
    // One query: of several that are all empty, Grafana shows an error instead of the words for none.
    queries: [
      [
        [0.5, 0.95]
          .map((share) => `label_replace(histogram_quantile(${share}, ${buckets}), "of", "${share * 100} %", "", "")`)
          .join(' or '),
        '{{of}}',
      ],
    ],
    none: 'Nothing was sent in this time.',
  });
}
