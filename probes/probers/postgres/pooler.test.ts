import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../attempt-for-test.ts';
import type { postgresOptions } from './options.ts';
import { errorMessage, type Pooler, type Stage, startPostgresPeer } from './peer-for-test.ts';
import { postgres } from './postgres.ts';

type Options = z.input<typeof postgresOptions>;

const value = (port: number) => `postgres://monitor:sesame@127.0.0.1:${port}/app`;
const notEnforced = 'no transaction: read-only is not enforced, and the server is not told the time that is left';
const preamble = 'begin read only; set local statement_timeout = N';

/** What a pooler makes of the transaction that a query runs in. */
const transactions: readonly {
  readonly name: string;
  readonly pooler?: Pooler;
  readonly options: Options;
  readonly is: string;
  readonly queries: readonly string[];
  readonly isEnforced: boolean;
}[] = [
  {
    name: 'the console of pgbouncer, which knows SHOW',
    pooler: 'console',
    options: { sql: 'SHOW POOLS', expect: { rows: 1 } },
    is: 'pass',
    queries: ['SHOW POOLS'],
    isEnforced: false,
  },
  {
    name: 'SHOW with what may stand around it',
    options: { sql: '\n  show version ;\n' },
    is: 'pass',
    queries: ['\n  show version ;\n'],
    isEnforced: false,
  },
  {
    name: 'the console and another command',
    pooler: 'console',
    options: { sql: 'reload' },
    is: 'fail query: found invalid command',
    queries: [preamble],
    isEnforced: true,
  },
  {
    name: 'pooling by statement, and the query says so',
    pooler: 'statement',
    options: { transaction: false, expect: { value: 1 } },
    is: 'pass',
    queries: ['select 1'],
    isEnforced: false,
  },
  {
    name: 'pooling by statement, and nobody said so',
    pooler: 'statement',
    options: {},
    is: 'fail query: found transaction blocks not allowed in statement pooling mode (08P01), expected a transaction that may only read (transaction: false leaves it out)',
    queries: [preamble],
    isEnforced: true,
  },
  {
    name: 'pooling by statement and SHOW',
    pooler: 'statement',
    options: { sql: 'show server_version' },
    is: 'pass',
    queries: ['show server_version'],
    isEnforced: false,
  },
  {
    name: 'SHOW with something else behind it is no SHOW alone',
    options: { sql: 'show server_version; drop table jobs' },
    is: 'pass',
    queries: [preamble, 'show server_version; drop table jobs'],
    isEnforced: true,
  },
  {
    name: 'a query that only begins like SHOW',
    options: { sql: 'showcase()' },
    is: 'pass',
    queries: [preamble, 'showcase()'],
    isEnforced: true,
  },
  {
    name: 'no pooler at all',
    options: { sql: 'select 1' },
    is: 'pass',
    queries: [preamble, 'select 1'],
    isEnforced: true,
  },
];

const login = 'a login as monitor to app';
const query = 'an answer to the query';

/** What poolers say where they have no connection for us: seen from pgbouncer 1.18 unless another is named. */
const full: readonly { readonly name: string; readonly at: Stage; readonly say: Buffer; readonly is: string }[] = [
  {
    name: 'no connection is left for clients of pgbouncer',
    at: 'startup',
    say: errorMessage('08P01', 'no more connections allowed (max_client_conn)'),
    is: `fail not_serving: found no more connections allowed (max_client_conn) (08P01), expected ${login}`,
  },
  {
    name: 'the server behind pgbouncer has none for this user',
    at: 'password',
    say: errorMessage('08P01', 'too many connections for role "monitor"'),
    is: `fail not_serving: found too many connections for role "monitor" (08P01), expected ${login}`,
  },
  {
    name: 'pgbouncer reaches no server during the login',
    at: 'password',
    say: errorMessage('08P01', 'query_wait_timeout'),
    is: `fail not_serving: found query_wait_timeout (08P01), expected ${login}`,
  },
  {
    name: 'no connection to the server came free for the query',
    at: 'query',
    say: errorMessage('08P01', 'query_wait_timeout'),
    is: `fail not_serving: found query_wait_timeout (08P01), expected ${query}`,
  },
  {
    name: 'the server behind pgbouncer has been refusing it for a while',
    at: 'password',
    say: errorMessage('08P01', 'server login has been failing, try again later (server_login_retry)'),
    is: `fail not_serving: found server login has been failing, try again later (server_login_retry) (08P01), expected ${login}`,
  },
  {
    name: 'Supavisor has given all of its connections away',
    at: 'startup',
    say: errorMessage(
      'XX000',
      'MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size',
    ),
    is: `fail not_serving: found MaxClientsInSessionMode: max clients reached - in Session mode max clients are limited to pool_size (XX000), expected ${login}`,
  },
  {
    name: 'the limit of a configuration, as its own code',
    at: 'startup',
    say: errorMessage('53400', 'configuration limit exceeded'),
    is: `fail not_serving: found configuration limit exceeded (53400), expected ${login}`,
  },
  {
    name: 'the limit of a configuration that a query is too much for',
    at: 'query',
    say: errorMessage('53400', 'temporary file size exceeds temp_file_limit (1024kB)'),
    is: `fail query: found temporary file size exceeds temp_file_limit (1024kB) (53400), expected ${query}`,
  },
  {
    name: 'a user that pgbouncer does not know is refused',
    at: 'startup',
    say: errorMessage('08P01', '"trust" authentication failed'),
    is: `fail login: found "trust" authentication failed (08P01), expected ${login}`,
  },
  {
    name: 'a database that pgbouncer does not have is refused',
    at: 'startup',
    say: errorMessage('08P01', 'no such database: app'),
    is: `fail login: found no such database: app (08P01), expected ${login}`,
  },
  {
    name: 'a query that counts too many connections is a query',
    at: 'query',
    say: errorMessage('P0001', 'too many connections in the report'),
    is: `fail query: found too many connections in the report (P0001), expected ${query}`,
  },
];

describe('postgres behind a pooler', () => {
  test.each(transactions)('$name', async ({ pooler, options, is, queries, isEnforced }) => {
    await using peer = await startPostgresPeer(pooler ? { pooler } : {});
    const outcome = await attempt(postgres, value(peer.port), options);
    expect(judgement(outcome)).toContain(is);
    const sent = peer.messages.flatMap((message) => (message.startsWith('query ') ? [message.slice(6)] : []));
    expect(sent.map((sql) => sql.replace(/= \d+$/, '= N'))).toEqual(queries);
    const steps = outcome.steps.map(({ text }) => text);
    expect(steps.includes('> begin read only')).toBe(isEnforced);
    expect(steps.includes(notEnforced)).toBe(!isEnforced);
  });

  test.each(full)('$name', async ({ at, say, is }) => {
    await using peer = await startPostgresPeer({ say: { [at]: say } });
    expect(judgement(await attempt(postgres, value(peer.port), {}))).toBe(is);
  });
});
