import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import type { postgresOptions } from '../../../probes/probers/postgres/options.ts';
import { postgres } from '../../../probes/probers/postgres/postgres.ts';
import { missing } from '../../support/found.ts';
import { type Server, startServer } from '../../support/servers.ts';

const lacking = missing(['servers']);

const configuration = `[databases]
by_statement = host=127.0.0.1 port=5432 dbname=postgres pool_mode=statement
by_transaction = host=127.0.0.1 port=5432 dbname=postgres pool_mode=transaction
away = host=127.0.0.1 port=1 dbname=postgres
[pgbouncer]
listen_addr = *
listen_port = 6432
unix_socket_dir =
auth_type = trust
auth_file = /users.txt
admin_users = monitor
query_wait_timeout = 1
`;

const cases: readonly {
  readonly name: string;
  readonly database: string;
  readonly user?: string;
  readonly options?: z.input<typeof postgresOptions>;
  readonly is: RegExp;
}[] = [
  {
    name: 'the console, asked for its pools',
    database: 'pgbouncer',
    options: { sql: 'show databases', expect: { rows: { at_least: 3 } } },
    is: /^pass$/,
  },
  {
    name: 'the console, asked for its version',
    database: 'pgbouncer',
    options: { sql: 'SHOW VERSION;', expect: { value: '/^PgBouncer 1\\./' } },
    is: /^pass$/,
  },
  {
    name: 'the console, asked for something else',
    database: 'pgbouncer',
    is: /^fail query: found .*\(\w{5}\), expected a transaction that may only read \(transaction: false leaves it out\)$/,
  },
  {
    name: 'a pool by statement, in a transaction',
    database: 'by_statement',
    is: /^fail query: found transaction blocks not allowed in statement pooling mode \(\w{5}\), expected a transaction that/,
  },
  {
    name: 'a pool by statement, without a transaction',
    database: 'by_statement',
    options: { transaction: false, expect: { value: 1 } },
    is: /^pass$/,
  },
  { name: 'a pool by statement and SHOW', database: 'by_statement', options: { sql: 'show timezone' }, is: /^pass$/ },
  { name: 'a pool by transaction', database: 'by_transaction', options: { expect: { value: 1 } }, is: /^pass$/ },
  {
    name: 'a pool by transaction, and a query that would write',
    database: 'by_transaction',
    options: { sql: 'create table x (y int)' },
    is: /^fail query: found cannot execute CREATE TABLE in a read-only transaction \(25006\)/,
  },
  {
    name: 'a server that has no connection left for the user',
    database: 'by_transaction',
    user: 'limited',
    is: /^fail not_serving: found .*too many connections for role "limited"/,
  },
  { name: 'a server that is away', database: 'away', is: /^fail not_serving: found / },
  { name: 'a user that nobody knows', database: 'by_transaction', user: 'stranger', is: /^fail login: found / },
  { name: 'a database that nobody knows', database: 'nowhere', is: /^fail login: found no such database/ },
];

describe.skipIf(lacking)(`pgbouncer${lacking ? ` (${lacking})` : ''}`, () => {
  let server: Server;

  beforeAll(async () => {
    server = await startServer({
      command: `set -e
        su postgres -c "/usr/lib/postgresql/bin/initdb -D /tmp/db --auth=trust >/dev/null"
        su postgres -c "/usr/lib/postgresql/bin/pg_ctl -D /tmp/db -o '-c listen_addresses=127.0.0.1' -l /tmp/db.log -w start >/dev/null"
        su postgres -c "psql -qf /setup.sql"
        exec su postgres -c "exec /usr/sbin/pgbouncer /pgbouncer.ini"`,
      files: {
        '/pgbouncer.ini': configuration,
        '/users.txt': '"monitor" ""\n"limited" ""\n',
        '/setup.sql': 'create user monitor; create user limited connection limit 0;',
      },
      ports: [6432],
      ready: /process up/,
    });
  });
  afterAll(async () => {
    await server[Symbol.asyncDispose]();
  });

  test.each(cases)('$name', async ({ database, user = 'monitor', options = {}, is }) => {
    const url = `postgres://${user}@${server.host}:${server.port(6432)}/${database}`;
    expect(judgement(await attempt(postgres, url, options, { timeoutMs: 10_000 }))).toMatch(is);
  });
});
