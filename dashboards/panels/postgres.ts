import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { postgresLimits } from '../../stack/limits.ts';
import { aggregate } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { now, rows } from './data.ts';
import { greatest } from './greatest.ts';
import { areasPanel, countsPanel, linesPanel, trendPanel } from './lines.ts';
import { bad, from, good, warning } from './look.ts';
import { step } from './queries.ts';
import { of, serverPanel } from './service-choice.ts';
import { tablePanel } from './table.ts';

/** Panels about the chosen PostgreSQL. */

const q = of('postgres');
const client = { backend_type: 'client backend' } as const;
const setting = (name: 'max_connections' | 'superuser_reserved_connections' | 'reserved_connections') =>
  `max(${q(`pg_settings_${name}`)})`;
/** As the alerts count them: what everybody may use. Before PostgreSQL 16 nothing is reserved but for superusers. */
const places = `(${setting('max_connections')} - ${setting('superuser_reserved_connections')} - (${setting('reserved_connections')} or vector(0)))`;
const used = `sum(${q('pg_stat_activity_count', client)})`;
const hits = (window: string) => `sum(rate(${q('pg_stat_database_blks_hit')}${window}))`;
const reads = (window: string) => `sum(rate(${q('pg_stat_database_blks_read')}${window}))`;
/** By state. The exporter has no series of a state in which nobody is at that moment. */
const orZero = (how: 'sum' | 'max', selector: string) =>
  `${aggregate(how, ['state'], selector)} or 0 * ${aggregate(how, ['state'], `max_over_time(${selector}[$__range] @ end())`)}`;
const idle = { state: { like: 'idle in transaction.*' } };
const connectionLimits = [
  [postgresLimits.connections, warning],
  [postgresLimits.connectionsExhausted, bad],
] as const;
const connectionAlerts = ['PostgresConnectionsHigh', 'PostgresConnectionsExhausted'];

export function numbers(place: Place): readonly BigNumber[] {
  return [
    serverPanel({
      ...{ kind: 'postgres', place, up: 'pg_up', alerts: ['PostgresDown', 'ExporterFailing'] },
      description:
        'Whether its exporter can log in. When it cannot, open the dashboard of the service: does a probe that logs in pass, it is the exporter that is refused.',
    }),
    trendPanel({
      id: 2,
      title: 'Connections in use',
      description:
        'Of those that are not reserved. When none is left, logins are refused: the graph below says who holds them.',
      alerts: connectionAlerts,
      expr: `${used} / ${places}`,
      unit: 'percentunit',
      decimals: 0,
      colours: from(good, ...connectionLimits),
    }),
    trendPanel({
      id: 3,
      title: 'Open and idle for',
      description:
        'The longest transaction whose client does nothing. It holds its locks, and keeps what was deleted: `pg_stat_activity` says whose it is.',
      alerts: ['PostgresTransactionIdle'],
      expr: `max(${q('pg_stat_activity_max_tx_duration', idle)})`,
      unit: 's',
      decimals: 0,
      colours: from(good, [postgresLimits.idleTransactionSeconds, warning]),
      none: 'none',
    }),
    trendPanel({
      id: 4,
      title: 'Found in memory',
      description:
        'The share of blocks that were in shared memory when they were wanted. Low with a slow disk: `shared_buffers` is too small, or a query reads whole tables.',
      expr: `${hits(step)} / (${hits(step)} + ${reads(step)} > 0)`,
      unit: 'percentunit',
      decimals: 1,
      none: 'nothing was read',
    }),
    trendPanel({
      id: 5,
      title: 'Replica behind by',
      description:
        'How old what is read from it is; a primary says 0. When it grows, the replica waits or its disk is slow: `pg_stat_wal_receiver` on it.',
      alerts: ['PostgresReplicationLag'],
      expr: `max(${q('pg_replication_lag_seconds')})`,
      unit: 's',
      decimals: 0,
      colours: from(good, [postgresLimits.replicationLagSeconds, warning]),
      none: 'no replication',
    }),
    trendPanel({
      id: 6,
      title: 'Deadlocks in this time',
      description:
        'Each is a transaction that the server broke off, and somebody who got an error. The log of the server has both queries: `grep -A 12 "deadlock detected"`.',
      alerts: ['PostgresDeadlocks'],
      expr: `sum(increase(${q('pg_stat_database_deadlocks')}[$__range]))`,
      unit: 'none',
      decimals: 0,
      colours: from(good, [1, warning]),
    }).targets([now(`sum(increase(${q('pg_stat_database_deadlocks')}[$__range]))`)]),
  ];
}

export function connections(): Graph {
  return areasPanel({
    id: 10,
    title: 'Connections by what they do',
    description:
      'Beside all that may be used. Many idle ones: a pool that is too large. Many idle in a transaction: an application that forgets to end it. Many active: slow queries, or too many users.',
    alerts: connectionAlerts,
    unit: 'short',
    queries: [
      [orZero('sum', q('pg_stat_activity_count', client)), '{{state}}'],
      [places, 'may be used'],
    ],
  }).overrideByName('may be used', [
    { id: 'custom.stacking', value: { mode: 'none' } },
    { id: 'custom.fillOpacity', value: 0 },
    { id: 'custom.lineWidth', value: 1 },
  ]);
}

export function holders(): Graph {
  const by = ['usename', 'application_name'];
  const held = q('pg_stat_activity_count', client);
  return linesPanel({
    id: 11,
    title: 'Who holds them',
    description:
      'The ten with the most connections over the time range, by user and by the name that the application gives itself. One that only climbs never gives any back.',
    alerts: connectionAlerts,
    unit: 'short',
    queries: [
      [
        `${aggregate('sum', by, held)} and on (usename, application_name) topk(10, ${aggregate('sum', by, `avg_over_time(${held}[$__range] @ end())`)})`,
        '{{usename}} {{application_name}}',
      ],
    ],
    none: 'Nobody was seen to be connected.',
  });
}

export function transactions(): Graph {
  const all = (name: 'pg_stat_database_xact_commit' | 'pg_stat_database_xact_rollback') =>
    `sum(rate(${q(name)}${step}))`;
  return linesPanel({
    id: 20,
    title: 'Transactions',
    description:
      'Committed and rolled back, each second. A fall to nothing with clients connected: they wait for a lock. Many rolled back: an application fails.',
    unit: 'ops',
    queries: [
      [all('pg_stat_database_xact_commit'), 'committed'],
      [all('pg_stat_database_xact_rollback'), 'rolled back'],
    ],
  });
}

export function rowsTouched(): Graph {
  const all = (what: 'fetched' | 'inserted' | 'updated' | 'deleted') =>
    [`sum(rate(${q(`pg_stat_database_tup_${what}`)}${step}))`, what] as const;
  return linesPanel({
    id: 21,
    title: 'Rows',
    description:
      'Rows each second. Far more fetched than usual with as many transactions: a query lost its index, or a table grew past it.',
    unit: 'ops',
    queries: [all('fetched'), all('inserted'), all('updated'), all('deleted')],
  });
}

export function cacheHits(): Graph {
  const by = ['datname'];
  const rate = (name: 'pg_stat_database_blks_hit' | 'pg_stat_database_blks_read', window: string) =>
    aggregate('sum', by, `rate(${q(name, { datname: { unlike: 'template.*' } })}${window})`);
  return linesPanel({
    id: 22,
    title: 'Blocks read from outside',
    description:
      'Blocks each second that were not in shared memory, the ten databases with the most. It is what the disk has to do: a rise that stays is a working set that outgrew memory.',
    unit: 'ops',
    queries: [[greatest(10, by, (window) => rate('pg_stat_database_blks_read', window)), '{{datname}}']],
  });
}

export function longest(): Graph {
  return linesPanel({
    id: 23,
    title: 'Longest transaction',
    description:
      'By what its client does. An active one may be a dump; one that is idle in a transaction was forgotten, and above the line there is an alert.',
    alerts: ['PostgresTransactionIdle'],
    unit: 's',
    limits: [[postgresLimits.idleTransactionSeconds, warning]],
    queries: [[orZero('max', q('pg_stat_activity_max_tx_duration', client)), '{{state}}']],
  });
}

export function locks(): Graph {
  return areasPanel({
    id: 24,
    title: 'Locks',
    description:
      'By their mode. exclusivelock and accessexclusivelock for long: a migration or a `lock table` that everybody waits for. `pg_blocking_pids()` says who is behind whom.',
    unit: 'short',
    queries: [[aggregate('sum', ['mode'], q('pg_locks_count')), '{{mode}}']],
  });
}

export function brokenOff(): Graph {
  const counted = (name: 'pg_stat_database_deadlocks' | 'pg_stat_database_conflicts') =>
    `sum(increase(${q(name)}${step}))`;
  return countsPanel({
    id: 25,
    title: 'Broken off by the server',
    description:
      'Deadlocks, and on a replica queries that were in the way of replication. A steady trickle of deadlocks: two parts of an application lock in opposite order.',
    alerts: ['PostgresDeadlocks'],
    unit: 'short',
    queries: [
      [counted('pg_stat_database_deadlocks'), 'deadlocks'],
      [counted('pg_stat_database_conflicts'), 'conflicts with replication'],
    ],
  });
}

export function sizes(): Graph {
  const size = (at = '') => aggregate('max', ['datname'], `${q('pg_database_size_bytes')}${at}`);
  return linesPanel({
    id: 30,
    title: 'Size of databases',
    description:
      'The ten largest. A jump is an import; a steady climb with as many rows is a table that is not vacuumed: the table below.',
    unit: 'bytes',
    queries: [[`${size()} and on (datname) topk(10, ${size(' @ end()')})`, '{{datname}}']],
  });
}

export function writeAheadLog(): Graph {
  return linesPanel({
    id: 31,
    title: 'Write-ahead log on the disk',
    description:
      'It grows without end while a replication slot is not read, or the archive command fails: then the disk fills, and the server stops.',
    alerts: ['PostgresReplicationSlotUnused'],
    unit: 'bytes',
    queries: [[`max(${q('pg_wal_size_bytes')})`, 'write-ahead log']],
  });
}

export function spilled(): Graph {
  return linesPanel({
    id: 32,
    title: 'Sorted on the disk',
    description:
      'Bytes each second of temporary files: sorts and joins that had no room in `work_mem`. Much of it makes queries slow, and fills the disk for a while.',
    unit: 'Bps',
    queries: [[`sum(rate(${q('pg_stat_database_temp_bytes')}${step}))`, 'temporary files']],
  });
}

export function tables(): Table {
  const by = ['datname', 'schemaname', 'relname'];
  const dead = aggregate('max', by, q('pg_stat_user_tables_n_dead_tup'));
  const live = aggregate('max', by, q('pg_stat_user_tables_n_live_tup'));
  const vacuumed = aggregate(
    'max',
    by,
    `${q('pg_stat_user_tables_last_autovacuum')} > 0 or ${q('pg_stat_user_tables_last_vacuum')} > 0`,
  );
  const top = (vector: string) => `${vector} and on (${by.join(', ')}) topk(20, ${dead})`;
  return tablePanel({
    id: 33,
    title: 'Tables with the most dead rows',
    description:
      'The twenty tables of the database that the exporter asks in which most is to be cleaned up. Many dead rows and an old vacuum: it is turned off, too slow, or a transaction is left open.',
    alerts: ['PostgresTransactionIdle'],
    queries: [rows(top(dead), 'A'), rows(top(live), 'B'), rows(top(`time() - ${vacuumed}`), 'C')],
    columns: [
      { from: 'datname', title: 'Database' },
      { from: 'schemaname', title: 'Schema' },
      { from: 'relname', title: 'Table' },
      { from: 'Value #A', title: 'Dead rows', properties: [{ id: 'unit', value: 'short' }] },
      { from: 'Value #B', title: 'Live rows', properties: [{ id: 'unit', value: 'short' }] },
      {
        from: 'Value #C',
        title: 'Last vacuum ago',
        properties: [
          { id: 'unit', value: 's' },
          { id: 'decimals', value: 0 },
        ],
      },
    ],
    sortBy: 'Dead rows',
    none: 'The database that the exporter asks has no tables.',
  });
}
