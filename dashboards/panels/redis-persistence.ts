import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate } from '../../stack/promql.ts';
import { rows } from './data.ts';
import { linesPanel } from './lines.ts';
import { of } from './service-choice.ts';
import { tablePanel } from './table.ts';

/** Panels about what the chosen Redis keeps on its disk and elsewhere. */

const q = of('redis');

export function changes(): Graph {
  return linesPanel({
    id: 30,
    title: 'Not in a snapshot yet',
    description:
      'Changes since the last snapshot: what a crash would lose, where there is no log (AOF). It must fall to 0 again and again.',
    alerts: ['RedisPersistenceFailing'],
    unit: 'short',
    queries: [[`max(${q('redis_rdb_changes_since_last_save')})`, 'changes']],
  });
}

export function files(): Graph {
  return linesPanel({
    id: 31,
    title: 'Last snapshot ago',
    description:
      'How old the last snapshot is that succeeded. With many changes beside it, snapshots fail or are turned off: `redis-cli config get save`.',
    alerts: ['RedisPersistenceFailing'],
    unit: 's',
    queries: [[`time() - max(${q('redis_rdb_last_save_timestamp_seconds')})`, 'ago']],
  });
}

export function replicationLag(): Graph {
  return linesPanel({
    id: 32,
    title: 'Behind',
    description:
      'Of a primary: since when each replica has confirmed nothing, the ten worst. Of a replica: since when it has heard nothing of its primary. Seconds are usual; minutes are a link that is broken.',
    unit: 's',
    queries: [
      // One query: of several that are all empty, Grafana shows an error instead of the words for none.
      [
        `topk(10, ${aggregate('max', ['slave_ip'], q('redis_connected_slave_lag_seconds'))})` +
          ` or ${aggregate('max', ['master_host'], q('redis_master_last_io_seconds_ago'))}`,
        '{{slave_ip}}{{master_host}}',
      ],
    ],
    none: 'It has no replica, and is none.',
  });
}

export function replicas(): Table {
  return tablePanel({
    id: 33,
    title: 'Replicas by address',
    description:
      'Who reads from this server, and the state of each: `online` is well, anything else is catching up. One that is missing is down or cut off.',
    queries: [
      rows(aggregate('max', ['slave_ip', 'slave_port', 'slave_state'], q('redis_connected_slave_lag_seconds'))),
    ],
    columns: [
      { from: 'slave_ip', title: 'Address' },
      { from: 'slave_port', title: 'Port' },
      { from: 'slave_state', title: 'State' },
      { from: 'Value', title: 'Behind', properties: [{ id: 'unit', value: 's' }] },
    ],
    none: 'Nobody replicates from this server.',
  });
}
