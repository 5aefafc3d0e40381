import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import { areasPanel, countsPanel, linesPanel } from './lines.ts';
import { step } from './queries.ts';

/** Panels about Alloy: are the logs read, and do they get to Loki? */

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
      [rate('loki_write_sent_entries_total'), 'sent to Loki'],
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
      [`sum(increase(${select('loki_write_batch_retries_total')}${step}))`, 'batches tried again'],
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
