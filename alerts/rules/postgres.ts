import { postgresLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { asked, moduleRule, probeOf, seriesOf } from './module-rule.ts';
import { labelValue } from './rule.ts';
import { unlessAProbePasses } from './word-of-a-probe.ts';

const byService = ['service', 'team'];
const kinds = ['postgres'] as const;
const series = seriesOf('postgres');
const up = series('pg_up');

/** The exporter cannot log in, and no probe of ours can either. What a probe finds is paged sooner, and mutes this. */
export const postgresDownRule = moduleRule({
  alert: 'PostgresDown',
  kinds,
  expr: `${aggregate('max', byService, select('pg_up'))} == 0 ${unlessAProbePasses('postgres')}`,
  forMs: 30_000,
  severity: 'critical',
  criticalBecause: 'user-visible',
  templates: {},
  text: ({ service }) => ({
    summary: `${service}: PostgreSQL is down`,
    description:
      'Its exporter has not been able to log in for 30 seconds, and no probe that logs in passes. Whoever needs the database fails.',
    action: 'Does it run, and what does its log say last? pg_isready -h HOST -p PORT answers in a second.',
  }),
  fires: [
    {
      name: 'a server that does not let the exporter in fires',
      series: { [up]: '1 1 0x20' },
      trueFromMs: 10_000,
      words: {},
    },
    {
      name: 'so does one whose port answers and whose probe cannot log in',
      series: { [up]: '1 0x20', ...probeOf('postgres', 'postgres', '0 1x20') },
      trueFromMs: 5_000,
      words: {},
    },
    {
      name: 'a probe that only opens the port proves nothing',
      series: { [up]: '1 0x20', ...probeOf('postgres', 'tcp', '0x20') },
      trueFromMs: 5_000,
      words: {},
    },
  ],
  quiet: [
    { name: 'a server that answers is quiet', series: { [up]: '1x100' } },
    { name: 'a restart is over before it pages', series: { [up]: '1 0x5 1x20' }, atMs: 30_000 },
    {
      name: 'where a probe logs in, it is the exporter that cannot',
      series: { [up]: '0x100', ...probeOf('postgres', 'postgres', '0x100') },
    },
    { name: 'an exporter that is away says nothing of the server', series: { [up]: '1 1 stale' } },
  ],
});

/** Those of clients: what the server does for itself has places of its own. */
const clients = aggregate('sum', byService, select('pg_stat_activity_count', { backend_type: 'client backend' }));
const setting = (name: 'max_connections' | 'superuser_reserved_connections' | 'reserved_connections') =>
  aggregate('max', byService, select(`pg_settings_${name}`));
/** What everybody may use. Before PostgreSQL 16 nothing is reserved but for superusers. */
const places =
  `(${setting('max_connections')} - ${setting('superuser_reserved_connections')}` +
  ` - (${setting('reserved_connections')} or ${setting('max_connections')} * 0))`;
const used = `${clients} / ${places}`;

const connectionWords = {
  share: '{{ $value | humanizePercentage }}',
  used: asked(
    'sum(pg_stat_activity_count{service=%q,backend_type=%q})',
    ['$labels.service', '"client backend"'],
    'printf "%.0f"',
    'most',
  ),
  places: asked(
    'max(pg_settings_max_connections{service=%q}) - max(pg_settings_superuser_reserved_connections{service=%q})' +
      ' - (max(pg_settings_reserved_connections{service=%q}) or vector(0))',
    ['$labels.service', '$labels.service', '$labels.service'],
    'printf "%.0f"',
    'max_connections',
  ),
};
const settings = (max: number) => ({
  [series('pg_settings_max_connections', { server: 'db:5432' })]: `${max}x300`,
  [series('pg_settings_superuser_reserved_connections', { server: 'db:5432' })]: '3x300',
});
const newer = { [series('pg_settings_reserved_connections', { server: 'db:5432' })]: '7x300' };
const backends = (state: string, type = 'client backend') =>
  series('pg_stat_activity_count', { server: 'db:5432', datname: 'app', state, usename: 'app', backend_type: type });

/** Time to find out who opens so many. */
export const postgresConnectionsHighRule = moduleRule({
  alert: 'PostgresConnectionsHigh',
  kinds,
  expr: `${used} > ${postgresLimits.connections}`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: connectionWords,
  text: ({ service, share, used, places }) => ({
    summary: `${service}: ${share} of the connections to PostgreSQL are in use`,
    description: `${used} of the ${places} connections that are not reserved are taken, expected at most 85%. When none is left, logins are refused.`,
    action:
      'Who holds them? select usename, application_name, state, count(*) from pg_stat_activity group by 1, 2, 3 order by 4 desc;',
  }),
  fires: [
    {
      name: 'a server that is nearly full fires',
      series: { ...settings(103), [backends('active')]: '10 30x300', [backends('idle')]: '60x300' },
      trueFromMs: 60_000,
      words: { share: '90%', used: '90', places: '100' },
    },
    {
      name: 'places that are reserved for other roles too are not for everybody',
      series: { ...settings(110), ...newer, [backends('active')]: '10 30x300', [backends('idle')]: '60x300' },
      trueFromMs: 60_000,
      words: { share: '90%', used: '90', places: '100' },
    },
  ],
  quiet: [
    {
      name: 'a server with places left is quiet',
      series: { ...settings(103), [backends('active')]: '20x300', [backends('idle')]: '65x300' },
    },
    {
      name: 'what the server does for itself has places of its own',
      series: { ...settings(103), [backends('active')]: '20x300', [backends('active', 'parallel worker')]: '75x300' },
    },
  ],
});

/** Logins are refused, or are about to be: users see it at once. */
export const postgresConnectionsExhaustedRule = moduleRule({
  alert: 'PostgresConnectionsExhausted',
  kinds,
  // Of a small server one place is more than three in a hundred, and the exporter takes one now and then.
  expr: `${used} > ${postgresLimits.connectionsExhausted} or ${used} and on (service) (${places} - ${clients} < 2)`,
  forMs: 60_000,
  severity: 'critical',
  criticalBecause: 'user-visible',
  templates: connectionWords,
  text: ({ service, share, used, places }) => ({
    summary: `${service}: PostgreSQL has no connection left (${share} in use)`,
    description: `${used} of the ${places} connections that are not reserved are taken. Logins are refused, or are about to be.`,
    action:
      'Log in as a superuser, who has reserved places, and end what is idle: select pg_terminate_backend(pid) from pg_stat_activity where …',
  }),
  fires: [
    {
      name: 'a small server with one place left fires',
      series: { ...settings(28), [backends('active')]: '10 24x300' },
      trueFromMs: 5_000,
      words: { share: '96%', used: '24', places: '25' },
    },
    {
      name: 'a server without a place left fires',
      series: { ...settings(103), [backends('active')]: '10 38x300', [backends('idle')]: '60x300' },
      trueFromMs: 5_000,
      words: { share: '98%', used: '98', places: '100' },
    },
    {
      name: 'places that are reserved for other roles too are not for everybody',
      series: { ...settings(110), ...newer, [backends('active')]: '10 40x300', [backends('idle')]: '60x300' },
      trueFromMs: 5_000,
      words: { share: '100%', used: '100', places: '100' },
    },
  ],
  quiet: [
    {
      name: 'a small server with two places left has the other alert',
      series: { ...settings(33), [backends('active')]: '28x300' },
    },
    {
      name: 'a server with a few places left has the other alert',
      series: { ...settings(103), [backends('active')]: '30x300', [backends('idle')]: '66x300' },
    },
    {
      name: 'a rush that is over is quiet',
      series: { ...settings(103), [backends('active')]: '10 40x10 20x200', [backends('idle')]: '60x300' },
      atMs: 65_000,
    },
  ],
});

const lag = series('pg_replication_lag_seconds');

/** What is read from the replica is old, and what would be lost with the primary grows. */
export const postgresReplicationLagRule = moduleRule({
  alert: 'PostgresReplicationLag',
  kinds,
  // A primary says 0.
  expr: `${aggregate('max', byService, select('pg_replication_lag_seconds'))} > ${postgresLimits.replicationLagSeconds}`,
  forMs: 300_000,
  holdsAfterMs: 60_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: { lag: '{{ $value | humanizeDuration }}' },
  text: ({ service, lag }) => ({
    summary: `${service}: the replica is ${lag} behind`,
    description: `What is read from it is ${lag} old, expected at most 1 min, and has been for five minutes.`,
    action:
      'On the replica: does it apply or does it wait? select * from pg_stat_wal_receiver; then look at its disk and at long queries.',
  }),
  fires: [
    {
      name: 'a replica that falls behind fires',
      series: { [lag]: '0 90+60x60' },
      trueFromMs: 60_000,
      words: { lag: '6m 30s' },
    },
  ],
  quiet: [
    { name: 'a replica that keeps up, and a primary, are quiet', series: { [lag]: '0x10 59x60 0x60' } },
    {
      name: 'one large transaction that is caught up with is quiet',
      series: { [lag]: '0 90 150 200 0x60' },
      atMs: 300_000,
    },
  ],
});

const slot = { slot_name: 'replica', slot_type: 'physical' };
const active = series('pg_replication_slot_slot_is_active', slot);
const kept = series('pg_replication_slots_pg_wal_lsn_diff', { server: 'db:5432', slot_name: 'replica', database: '' });

/** Nobody reads from the slot: the server keeps everything that was written since, until its disk is full. */
export const postgresReplicationSlotUnusedRule = moduleRule({
  alert: 'PostgresReplicationSlotUnused',
  kinds,
  expr: `${aggregate('max', [...byService, 'slot_name'], select('pg_replication_slot_slot_is_active'))} == 0`,
  forMs: 900_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: {
    slot: labelValue('slot_name'),
    kept: asked(
      'max(pg_replication_slots_pg_wal_lsn_diff{service=%q,slot_name=%q})',
      ['$labels.service', '$labels.slot_name'],
      'humanize1024',
      'some ',
    ),
  },
  text: ({ service, slot, kept }) => ({
    summary: `${service}: nobody reads from the replication slot ${slot}`,
    description: `The server keeps ${kept}B of log for it, and more with every write, until its disk is full. A replica that reads again catches up.`,
    action: `Is the replica down? If it is gone for good: select pg_drop_replication_slot('${slot}');`,
  }),
  fires: [
    {
      name: 'a slot that nobody reads from fires, with what is kept for it',
      series: { [active]: '1 0x60', [kept]: '0 3221225472x60' },
      trueFromMs: 60_000,
      labels: { slot_name: 'replica' },
      words: { slot: 'replica', kept: '3Gi' },
    },
  ],
  quiet: [
    { name: 'a slot that is read from is quiet', series: { [active]: '1x200', [kept]: '0x200' } },
    { name: 'a replica that restarts is quiet', series: { [active]: '1 0x10 1x60' }, atMs: 900_000 },
  ],
});

const transaction = (state: string) =>
  series('pg_stat_activity_max_tx_duration', { datname: 'app', state, usename: 'app', backend_type: 'client backend' });

/** A client began a transaction and went away: its locks stay, and nothing that was deleted since can be cleaned up. */
export const postgresTransactionIdleRule = moduleRule({
  alert: 'PostgresTransactionIdle',
  kinds,
  expr: `${aggregate('max', [...byService, 'datname'], select('pg_stat_activity_max_tx_duration', { state: { like: 'idle in transaction.*' } }))} > ${postgresLimits.idleTransactionSeconds}`,
  forMs: 60_000,
  holdsAfterMs: 900_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: { database: labelValue('datname'), age: '{{ $value | humanizeDuration }}' },
  text: ({ service, database, age }) => ({
    summary: `${service}/${database}: a transaction has been open and idle for ${age}`,
    description:
      'It holds its locks, and nothing that was deleted since it began can be cleaned up. Expected at most 15 min.',
    action:
      "Whose is it? select pid, usename, application_name, xact_start, query from pg_stat_activity where state like 'idle in transaction%' order by xact_start;",
  }),
  fires: [
    {
      name: 'a transaction that is left open fires',
      series: { [transaction('idle in transaction')]: '880+60x60', [transaction('active')]: '1x60' },
      trueFromMs: 60_000,
      labels: { datname: 'app' },
      words: { database: 'app', age: '16m 40s' },
    },
    {
      name: 'so does one that failed and was never ended',
      series: { [transaction('idle in transaction (aborted)')]: '880+60x60' },
      trueFromMs: 60_000,
      labels: { datname: 'app' },
      words: { database: 'app', age: '16m 40s' },
    },
  ],
  quiet: [
    { name: 'a long query, or a dump, is none', series: { [transaction('active')]: '7200+60x200' } },
    { name: 'short ones are quiet', series: { [transaction('idle in transaction')]: '0 5 0 800x200' } },
  ],
});

const deadlocks = series('pg_stat_database_deadlocks', { datid: '5', datname: 'app' });

/** Transactions are broken off by the server, again and again: two parts of an application lock in opposite order. */
export const postgresDeadlocksRule = moduleRule({
  alert: 'PostgresDeadlocks',
  kinds,
  expr: `${aggregate('sum', [...byService, 'datname'], `increase(${select('pg_stat_database_deadlocks')}[15m])`)} > ${postgresLimits.deadlocks + 0.5}`,
  forMs: 0,
  stepMs: 60_000,
  severity: 'warning',
  templates: { database: labelValue('datname'), count: '{{ $value | printf "%.0f" }}' },
  text: ({ service, database, count }) => ({
    summary: `${service}/${database}: ${count} deadlocks in 15 minutes`,
    description: 'The server broke off a transaction each time: somebody got an error. Expected at most 3.',
    action: 'The log of the server has both queries of each: grep -A 12 "deadlock detected".',
  }),
  fires: [
    {
      name: 'deadlocks that come again and again fire',
      series: { [deadlocks]: '2x20 3 4 5 6 7x20' },
      // Four in fifteen minutes are counted as 4.3 by increase(), and three as 3.2.
      trueFromMs: 1_440_000,
      labels: { datname: 'app' },
      words: { database: 'app', count: '4' },
    },
  ],
  quiet: [
    { name: 'deadlocks of long ago are quiet', series: { [deadlocks]: '900x200' } },
    { name: 'one now and then is quiet', series: { [deadlocks]: '0x5 1x20 2x20 3x20' }, atMs: 3_000_000 },
  ],
});
