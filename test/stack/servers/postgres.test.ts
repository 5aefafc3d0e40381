import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import type { postgresOptions } from '../../../probes/probers/postgres/options.ts';
import { postgres } from '../../../probes/probers/postgres/postgres.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';
import { missing } from '../../support/found.ts';
import { type Server, startServer } from '../../support/servers.ts';

const lacking = missing(['servers']);
const dayMs = 86_400_000;
const password = 'p@ss/w:rd% ü';

/** Takes six sessions of who is no superuser: one that was left behind may still be ending when the next test begins. */
const settings =
  "-c listen_addresses='*' -c max_connections=9 -c superuser_reserved_connections=3 -c ssl=on -c log_disconnections=on";

const cases: readonly {
  readonly name: string;
  /** What follows the host and port. */
  readonly path?: string;
  readonly user?: string;
  readonly options?: z.input<typeof postgresOptions>;
  /** The authority of the certificate is trusted. */
  readonly trusted?: true;
  readonly timeoutMs?: number;
  readonly is: RegExp;
}[] = [
  { name: 'a query that answers', options: { expect: { rows: 1, value: 1 } }, is: /^pass$/ },
  {
    name: 'a wrong password',
    options: { password: 'wrong' },
    is: /^fail login: found password authentication failed for user "monitor" \(28P01\), expected a login as monitor to app$/,
  },
  { name: 'no password', options: {}, user: 'bare', is: /^fail login: found a server that asks for a password/ },
  {
    name: 'a database that is not there',
    path: '/nope',
    is: /^fail login: found database "nope" does not exist \(3D000\), expected a login as monitor to nope$/,
  },
  {
    name: 'a user that may not come from here',
    user: 'outsider',
    is: /^fail login: found .*pg_hba.conf.* \(28000\), expected/,
  },
  {
    name: 'a query that fails',
    options: { sql: 'select * from nope' },
    is: /^fail query: found relation "nope" does not exist \(42P01\), expected an answer to the query$/,
  },
  {
    name: 'a query that would write',
    options: { sql: 'create table x (y int)' },
    is: /^fail query: found cannot execute CREATE TABLE in a read-only transaction \(25006\)/,
  },
  {
    name: 'a query that takes too long',
    options: { sql: 'select pg_sleep(30)' },
    timeoutMs: 600,
    is: /^fail response_timeout: found no answer to the query in 600 ms/,
  },
  {
    name: 'a query that is slower than allowed',
    options: { sql: 'select pg_sleep(0.3)', expect: { within: '200ms' } },
    is: /^fail slow: found an answer after \d+ ms, expected an answer within 200 ms$/,
  },
  {
    name: 'the wrong number of rows',
    options: { sql: 'select generate_series(1, 3)', expect: { rows: 2 } },
    is: /^fail answer: found 3 rows, expected 2 rows$/,
  },
  {
    name: 'too few rows',
    options: { sql: 'select 1 where false', expect: { rows: { at_least: 1 } } },
    is: /^fail answer: found 0 rows, expected at least 1 row$/,
  },
  {
    name: 'rows enough',
    options: { sql: 'select generate_series(1, 3)', expect: { rows: { at_least: 3 } } },
    is: /^pass$/,
  },
  { name: 'a boolean', options: { sql: 'select pg_is_in_recovery()', expect: { value: false } }, is: /^pass$/ },
  { name: 'null', options: { sql: 'select null', expect: { value: null } }, is: /^pass$/ },
  {
    name: 'the wrong value',
    options: { sql: "select 'red'", expect: { value: '/^gr(ee|ey)n$/' } },
    is: /^fail answer: found the value "red", expected the value \/\^gr/,
  },
  {
    name: 'several statements: the last one counts',
    options: { sql: 'select 1; select 2', expect: { value: 2 } },
    is: /^pass$/,
  },
  {
    name: 'an answer that is too large',
    options: { sql: "select repeat('x', 2000000)" },
    is: /^fail body_too_large: found an answer of over 1 MiB/,
  },
  { name: 'a copy, which is no query', options: { sql: 'copy (select 1) to stdout' }, is: /^pass$/ },
  {
    name: 'TLS with an authority that is trusted',
    options: { tls: true, expect: { valid_for: '21d' } },
    trusted: true,
    is: /^pass$/,
  },
  { name: 'TLS with an authority that is not', options: { tls: true }, is: /^fail certificate_untrusted:/ },
  { name: 'sslmode=require, which takes any certificate', path: '/app?sslmode=require', is: /^pass$/ },
  {
    name: 'TLS and another name',
    options: { tls: true, server_name: 'db.example.org' },
    trusted: true,
    is: /^fail certificate_name:/,
  },
];

describe.skipIf(lacking)(`PostgreSQL${lacking ? ` (${lacking})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-postgres-'));
  const caFile = join(folder, 'ca.pem');
  let server: Server;

  beforeAll(async () => {
    const now = Date.now();
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({ names: ['db'], notBefore: now - dayMs, notAfter: now + 90 * dayMs });
    writeFileSync(caFile, authority.ca);
    server = await startServer({
      command: `set -e
        install -o postgres -m 600 /key.pem /tmp/key.pem
        su postgres -c "/usr/lib/postgresql/bin/initdb -D /tmp/db --auth-local=trust --auth-host=scram-sha-256 >/dev/null"
        printf '%s\\n' 'local all all trust' 'host all outsider all reject' 'host all md5 all password' 'host all all all scram-sha-256' > /tmp/db/pg_hba.conf
        su postgres -c "/usr/lib/postgresql/bin/pg_ctl -D /tmp/db -o '-c listen_addresses=' -l /tmp/setup.log -w start >/dev/null"
        su postgres -c "psql -qf /setup.sql"
        su postgres -c "/usr/lib/postgresql/bin/pg_ctl -D /tmp/db -w stop >/dev/null"
        exec su postgres -c "exec /usr/lib/postgresql/bin/postgres -D /tmp/db ${settings} -c ssl_cert_file=/cert.pem -c ssl_key_file=/tmp/key.pem"`,
      files: {
        '/key.pem': identity.key,
        '/cert.pem': identity.cert,
        '/setup.sql': `create database app; ${['monitor', 'bare', 'outsider', 'md5'].map((user) => `create user ${user} password '${password}';`).join('\n')}`,
      },
      ports: [5432],
      ready: /ready to accept connections/,
    });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await server[Symbol.asyncDispose]();
  });

  const probe = (user: string, path: string, options: z.input<typeof postgresOptions>, timeoutMs = 5_000) =>
    attempt(postgres, `postgres://${user}@db:${server.port(5432)}${path}`, options, {
      overrides: new Map([['db', server.host]]),
      timeoutMs,
    });
  const log = () => server.logs();

  test.each(cases)('$name', async ({ user = 'monitor', path = '/app', options = {}, trusted, timeoutMs, is }) => {
    const secret = user === 'bare' ? {} : { password };
    const outcome = await probe(user, path, { ...secret, ...options, ...(trusted && { ca_file: caFile }) }, timeoutMs);
    expect(judgement(outcome)).toMatch(is);
    expect(JSON.stringify(outcome)).not.toContain(password);
  });

  test('the password in the URL, and the kinds of login', async () => {
    const url = `postgres://monitor:${encodeURIComponent(password)}@${server.host}:${server.port(5432)}/app`;
    expect(judgement(await attempt(postgres, url, {}))).toBe('pass');
    expect(judgement(await probe('md5', '/app', { password }))).toBe('pass');
  });

  test('it says what version it is, and says good-bye, also where the query failed', async () => {
    const before = log().length;
    const outcome = await probe('monitor', '/app', { password });
    expect(outcome.traits?.version).toMatch(/^\d+\.\d+/);
    await probe('monitor', '/app', { password, sql: 'select * from nope' });
    await expect
      .poll(
        () =>
          log()
            .slice(before)
            .match(/disconnection: session time/g)?.length,
      )
      .toBe(2);
    expect(log().slice(before)).not.toMatch(/unexpected EOF|Connection reset/);
  });

  test('too many connections are said to be that', async () => {
    // Again where the probe itself was in the way.
    const hold = `PGPASSWORD='${password}' psql -h 127.0.0.1 -U monitor app -qc 'select pg_sleep(3)'`;
    const holding = server.exec(`for i in 1 2 3 4 5 6; do { until ${hold}; do :; done; } & done; wait`);
    await expect
      .poll(async () => judgement(await probe('monitor', '/app', { password })), { timeout: 5_000 })
      .toMatch(
        /^fail not_serving: found (?:remaining connection slots are reserved|sorry, too many clients already).* \(53300\), expected a login as monitor to app$/,
      );
    await holding;
  });

  test('a query that was left behind ends at the server too', async () => {
    await probe('monitor', '/app', { password, sql: 'select pg_sleep(30) /* left behind */' }, 400);
    const running = `psql -U postgres -Atc "select count(*) from pg_stat_activity where query like '%left behind%' and pid <> pg_backend_pid()"`;
    await expect.poll(() => server.exec(running), { timeout: 5_000 }).toMatch(/^0/);
  });
});
