import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { postgresLimits } from '../../stack/limits.ts';
import { aggregate } from '../../stack/promql.ts';
import { rows } from './data.ts';
import { linesPanel } from './lines.ts';
import { bad, good, warning, words } from './look.ts';
import { of } from './service-choice.ts';
import { tablePanel } from './table.ts';

/** Panels about the replication of the chosen PostgreSQL. */

const q = of('postgres');

export function replicationLag(): Graph {
  return linesPanel({
    id: 40,
    title: 'Behind the primary',
    description:
      'Of a replica: how old what is read from it is. A saw that resets is a primary that writes seldom; a climb is a replica that does not keep up.',
    alerts: ['PostgresReplicationLag'],
    unit: 's',
    limits: [[postgresLimits.replicationLagSeconds, warning]],
    queries: [[`max(${q('pg_replication_lag_seconds')})`, 'behind']],
  });
}

export function replicas(): Table {
  return tablePanel({
    id: 41,
    title: 'Replicas',
    description:
      'Of a primary: who reads from it, and how much of its log each has not confirmed yet. One that is not here any more is down, or cannot log in.',
    alerts: ['PostgresReplicationLag'],
    queries: [
      rows(aggregate('max', ['application_name', 'client_addr', 'state'], q('pg_stat_replication_pg_wal_lsn_diff'))),
    ],
    columns: [
      { from: 'application_name', title: 'Name' },
      { from: 'client_addr', title: 'Address' },
      { from: 'state', title: 'State' },
      { from: 'Value', title: 'Not confirmed', properties: [{ id: 'unit', value: 'bytes' }] },
    ],
    none: 'Nobody replicates from this server.',
  });
}

export function slots(): Table {
  const by = ['slot_name'];
  const active = aggregate('max', by, q('pg_replication_slot_slot_is_active'));
  const kept = aggregate('max', by, q('pg_replication_slots_pg_wal_lsn_diff'));
  const those = (value: 0 | 1, word: string) =>
    `label_replace(${kept} and ${active} == ${value}, "read", "${word}", "", "")`;
  return tablePanel({
    id: 42,
    title: 'Replication slots',
    description:
      'A slot that nobody reads from keeps the log until the disk is full. If its replica is gone for good, drop it: `select pg_drop_replication_slot(…)`.',
    alerts: ['PostgresReplicationSlotUnused'],
    queries: [rows(`${those(1, 'yes')} or ${those(0, 'no')}`)],
    columns: [
      { from: 'slot_name', title: 'Slot' },
      {
        from: 'read',
        title: 'Read from',
        properties: [
          { id: 'mappings', value: [words({ no: ['no', bad], yes: ['yes', good] })] },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ],
      },
      { from: 'Value', title: 'Kept for it', properties: [{ id: 'unit', value: 'bytes' }] },
    ],
    none: 'This server has no replication slot.',
  });
}
