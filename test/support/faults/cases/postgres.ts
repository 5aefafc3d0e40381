import { GenericContainer, Wait } from 'testcontainers';
import { imageOf } from '../../found.ts';
import type { Stack } from '../../stack.ts';
import { asRoot, start, stop } from '../containers.ts';
import type { FaultCase, Prop } from '../fault-case.ts';

/** Of 40 connections three are a superuser's, which the exporter is: 37 are for everybody. */
const settings = "-c listen_addresses='*' -c max_connections=40 -c fsync=off";
const user = 'psql -h 127.0.0.1 -U app -d postgres';
const superuser = 'psql -h 127.0.0.1 -U postgres -qAt';

/** A PostgreSQL for each, so that what is done to one hurts no other. */
export const postgresCases: readonly FaultCase[] = [
  postgres({
    alert: 'PostgresDown',
    cause: 'PostgreSQL is stopped',
    service: 'orders',
    title: 'orders: PostgreSQL is down',
    says: ['Its exporter has not been able to log in'],
    inject: (stack) => stop(stack, 'orders'),
    mend: (stack) => start(stack, 'orders'),
  }),
  postgres({
    alert: 'PostgresConnectionsHigh',
    cause: 'an application opens 32 of 37 connections, and the exporter its own',
    service: 'crowded',
    title: 'crowded: ',
    says: [/crowded: (?:8[6-9]|9[0-4])(?:\.\d+)?% of the connections/, /3[2-5] of the 37 connections/],
    inject: (stack) => connect(stack, 'crowded', 32),
    mend: (stack) => disconnect(stack, 'crowded'),
  }),
  postgres({
    alert: 'PostgresConnectionsExhausted',
    cause: 'an application opens every connection there is',
    service: 'full',
    title: 'full: PostgreSQL has no connection left',
    says: [/3[6-9] of the 37 connections/, 'Logins are refused'],
    // Whoever is refused tries again, as applications do: what the exporter lets go of is taken.
    inject: (stack) => {
      const one = `while ! test -e /tmp/enough; do ${user} -c 'select pg_sleep(3600)'; sleep 0.3; done >/dev/null 2>&1 &`;
      return run(stack, 'full', `for i in $(seq 40); do ${one} done`);
    },
    mend: async (stack) => {
      await run(stack, 'full', 'touch /tmp/enough');
      await disconnect(stack, 'full');
    },
  }),
  postgres({
    alert: 'PostgresTransactionIdle',
    cause: 'a client begins a transaction and does nothing more',
    service: 'idle',
    title: 'idle/postgres: a transaction has been open and idle for',
    says: ['It holds its locks'],
    isAge: true,
    inject: (stack) => run(stack, 'idle', `(echo 'begin; select 1;'; sleep 3600) | ${user} >/dev/null 2>&1 &`),
    mend: (stack) => disconnect(stack, 'idle'),
  }),
  postgres({
    alert: 'PostgresReplicationSlotUnused',
    cause: 'a replication slot is made, and nobody reads from it',
    service: 'slotted',
    title: 'slotted: nobody reads from the replication slot gone',
    says: [/The server keeps .*B of log for it/],
    inject: (stack) =>
      run(stack, 'slotted', `${superuser} -c "select pg_create_physical_replication_slot('gone', true)"`),
    mend: (stack) => run(stack, 'slotted', `${superuser} -c "select pg_drop_replication_slot('gone')"`),
  }),
  postgres({
    alert: 'PostgresDeadlocks',
    cause: 'two clients lock in opposite order, six times',
    service: 'locked',
    title: 'locked/postgres: ',
    says: [/locked\/postgres: \d+ deadlocks/],
    inject: async (stack) => {
      const locks = (first: number, second: number) =>
        `${user} -c "select pg_advisory_lock(${first})" -c "select pg_sleep(1)" -c "select pg_advisory_lock(${second})" >/dev/null 2>&1`;
      await run(stack, 'locked', `for i in 1 2 3 4 5 6; do ${locks(1, 2)} & ${locks(2, 1)}; wait; done`);
      return Date.now();
    },
    // It is over when it has not happened for a while.
    mend: async () => {},
  }),
  replica(),
  postgres({
    alert: 'ExporterFailing',
    cause: 'the role of the exporter may not log in any more',
    service: 'refusing',
    // A probe of the service itself passes: it is not down.
    probes: 'probes: { query: { postgres: "postgres://postgres@refusing:5432/postgres" } }',
    username: 'app',
    title: 'refusing cannot be looked into: its exporter is refused',
    says: ['The exporter answers, but has not got an answer itself'],
    inject: async (stack) => {
      await run(stack, 'refusing', `${superuser} -c 'alter role app nologin'`);
      return disconnect(stack, 'refusing');
    },
    mend: (stack) => run(stack, 'refusing', `${superuser} -c 'alter role app login'`),
  }),
];

interface Database
  extends Pick<FaultCase, 'alert' | 'cause' | 'title' | 'says' | 'isAge'>,
    Pick<Prop, 'inject' | 'mend'> {
  readonly service: string;
  readonly probes?: string;
  readonly username?: string;
}

function postgres({ alert, cause, title, says, service, inject, mend, ...own }: Database): FaultCase {
  return {
    ...{ alert, cause, title, says },
    ...(own.isAge && { isAge: own.isAge }),
    subject: { service },
    needs: ['servers', 'postgres-exporter'],
    set: async () => ({
      services: entry(service, own.username ?? 'postgres', own.probes),
      containers: async ({ add }) => {
        await add(service, server(`initdb -D /tmp/db --auth=trust >/dev/null`, roles));
      },
      inject,
      mend,
    }),
  };
}

function entry(service: string, username: string, probes = ''): string {
  const exporter = `exporter: { address: "${service}:5432", username: ${username}, database: postgres }`;
  return `  ${service}: { kind: postgres, ${exporter}${probes ? `, ${probes}` : ''} }\n`;
}

const roles = 'create role app login; grant pg_monitor to app;';

/** The replica reads from a primary that is no service. Its replay is held, as by a long query or a slow disk. */
function replica(): FaultCase {
  const service = 'replica';
  return {
    alert: 'PostgresReplicationLag',
    cause: 'the replay of a replica stands still while the primary writes',
    title: 'replica: the replica is',
    says: [/replica: the replica is .* behind/],
    subject: { service },
    needs: ['servers', 'postgres-exporter'],
    set: async () => {
      const writing = `while sleep 1; do ${superuser} -c 'insert into written values (now())'; done >/dev/null 2>&1 &`;
      return {
        services: entry(service, 'postgres'),
        containers: async ({ add }) => {
          await add(
            'primary',
            server('initdb -D /tmp/db --auth=trust >/dev/null', `${roles} create table written (at timestamptz);`),
          );
          await add(service, server('pg_basebackup -h primary -U postgres -D /tmp/db -R'));
        },
        ready: async (stack) => {
          await asRoot(stack, 'primary', writing);
        },
        inject: (stack) => run(stack, service, `${superuser} -c 'select pg_wal_replay_pause()'`),
        mend: (stack) => run(stack, service, `${superuser} -c 'select pg_wal_replay_resume()'`),
      };
    },
  };
}

/** @param make makes its data folder; @param sql is run once before it serves */
function server(make: string, sql = ''): GenericContainer {
  const script = [
    'set -e',
    // After a stop and a start the data are there.
    `test -e /tmp/db || { su postgres -c "${make}"; echo 'host all all all trust' >> /tmp/db/pg_hba.conf;`,
    `echo 'host replication all all trust' >> /tmp/db/pg_hba.conf;`,
    sql &&
      `su postgres -c "pg_ctl -D /tmp/db -o '-c listen_addresses=' -l /tmp/log -w start >/dev/null && psql -qc '${sql}' && pg_ctl -D /tmp/db -w stop >/dev/null";`,
    '}',
    'rm -f /tmp/db/postmaster.pid',
    `exec su postgres -c "exec postgres -D /tmp/db ${settings}"`,
  ];
  return new GenericContainer(imageOf('servers'))
    .withEntrypoint(['sh', '-c', script.join('\n')])
    .withWaitStrategy(Wait.forLogMessage(/ready to accept/))
    .withStartupTimeout(120_000);
}

async function run(stack: Stack, alias: string, command: string): Promise<undefined> {
  await asRoot(stack, alias, command);
}

function connect(stack: Stack, alias: string, count: number): Promise<undefined> {
  const one = `${user} -c 'select pg_sleep(3600)' >/dev/null 2>&1 &`;
  return run(stack, alias, `for i in $(seq ${count}); do ${one} done`);
}

function disconnect(stack: Stack, alias: string): Promise<undefined> {
  const end = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'";
  return run(stack, alias, `${superuser} -c "${end}"`);
}
