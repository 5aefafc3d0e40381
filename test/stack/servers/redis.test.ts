import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import type { redisOptions } from '../../../probes/probers/redis/options.ts';
import { redis } from '../../../probes/probers/redis/redis.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';
import { missing } from '../../support/found.ts';
import { type Server, startServer } from '../../support/servers.ts';

const lacking = missing(['servers']);
const dayMs = 86_400_000;
const password = 'p@ss/w:rd% ü';

/** By what each server of the container is there for. */
const ports = { master: 6379, tls: 6380, replica: 6381, full: 6382 } as const;

const cases: readonly {
  readonly name: string;
  readonly at?: keyof typeof ports;
  readonly options?: z.input<typeof redisOptions>;
  /** The authority of the certificate is trusted. */
  readonly trusted?: true;
  readonly database?: number;
  readonly timeoutMs?: number;
  readonly is: RegExp;
}[] = [
  { name: 'PING', options: { password }, is: /^pass$/ },
  { name: 'no password', is: /^fail login: found NOAUTH .*, expected the reply "PONG"$/ },
  { name: 'a wrong password', options: { password: 'wrong' }, is: /^fail login: found WRONGPASS / },
  { name: 'a user', options: { username: 'monitor', password }, is: /^pass$/ },
  {
    name: 'a user that is not there',
    options: { username: 'nobody', password },
    is: /^fail login: found WRONGPASS .*, expected a login as nobody$/,
  },
  {
    name: 'a command that the user may not send',
    options: { username: 'monitor', password, command: 'GET x' },
    is: /^fail query: found NOPERM /,
  },
  {
    name: 'a command that is none',
    options: { password, command: 'FROB' },
    is: /^fail query: found ERR unknown command/,
  },
  { name: 'a value', options: { password, command: 'GET light', expect: { reply: 'green' } }, is: /^pass$/ },
  {
    name: 'another value',
    options: { password, command: 'GET light', expect: { reply: 'red' } },
    is: /^fail answer: found the reply "green", expected the reply "red"$/,
  },
  {
    name: 'a value of another database',
    options: { password, command: 'GET light', expect: { reply: '' } },
    database: 3,
    is: /^pass$/,
  },
  {
    name: 'a database that is not there',
    options: { password },
    database: 99,
    is: /^fail query: found ERR DB index is out of range, expected database 99$/,
  },
  {
    name: 'many lines',
    options: { password, command: 'INFO server', expect: { reply: '/redis_version:\\d+\\./' } },
    is: /^pass$/,
  },
  {
    name: 'a command that waits',
    options: { password, command: 'BLPOP nothing 30' },
    timeoutMs: 400,
    is: /^fail response_timeout: found no answer in 400 ms, expected a reply$/,
  },
  { name: 'a reply that is too large', options: { password, command: 'GET large' }, is: /^fail body_too_large: / },
  { name: 'a master', options: { password, expect: { role: 'master' } }, is: /^pass$/ },
  { name: 'a replica', at: 'replica', options: { expect: { role: 'replica' } }, is: /^pass$/ },
  {
    name: 'a replica that should be a master',
    at: 'replica',
    options: { expect: { role: 'master' } },
    is: /^fail answer: found the role "replica", expected the role "master"$/,
  },
  { name: 'no client may come any more', at: 'full', is: /^fail not_serving: found ERR max number of clients reached/ },
  { name: 'TLS with an authority that is trusted', at: 'tls', options: { password }, trusted: true, is: /^pass$/ },
  { name: 'TLS with an authority that is not', at: 'tls', options: { password }, is: /^fail certificate_untrusted: / },
];

describe.skipIf(lacking)(`Redis${lacking ? ` (${lacking})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-redis-'));
  const caFile = join(folder, 'ca.pem');
  const cleanup = new AsyncDisposableStack();
  cleanup.defer(() => rmSync(folder, { recursive: true }));
  let server: Server;

  beforeAll(async () => {
    const now = Date.now();
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({ names: ['cache'], notBefore: now - dayMs, notAfter: now + 90 * dayMs });
    writeFileSync(caFile, authority.ca);
    const common = 'bind 0.0.0.0\nprotected-mode no\nsave ""\n';
    server = cleanup.use(
      await startServer({
        command: `redis-server /replica.conf & redis-server /full.conf & redis-server /master.conf &
          until REDISCLI_AUTH='${password}' redis-cli set light green; do sleep 0.1; done
          REDISCLI_AUTH='${password}' redis-cli setrange large 2000000 x
          until redis-cli -p ${ports.replica} role | grep -q connected; do sleep 0.1; done
          echo all are there; wait`,
        files: {
          '/key.pem': identity.key,
          '/cert.pem': identity.cert,
          '/master.conf': `${common}port ${ports.master}\ntls-port ${ports.tls}\ntls-cert-file /cert.pem\ntls-key-file /key.pem\ntls-auth-clients no\nrequirepass "${password}"\nrepl-diskless-sync-delay 0\nuser monitor on ">${password}" +ping +role\n`,
          '/replica.conf': `${common}port ${ports.replica}\nreplicaof 127.0.0.1 ${ports.master}\nmasterauth "${password}"\n`,
          // The one that it keeps for itself is none to be had.
          '/full.conf': `${common}port ${ports.full}\nmaxclients 1\n`,
        },
        ports: Object.values(ports),
        ready: /all are there/,
      }),
    );
  });
  afterAll(() => cleanup.disposeAsync());

  test.each(cases)('$name', async ({ at = 'master', options = {}, trusted, database = 0, timeoutMs = 3_000, is }) => {
    const value = `${at === 'tls' ? 'rediss' : 'redis'}://cache:${server.port(ports[at])}/${database}`;
    await using _held = at === 'full' ? await hold(server.host, server.port(ports.full)) : undefined;
    const outcome = await attempt(
      redis,
      value,
      { ...options, ...(trusted && { ca_file: caFile }) },
      { overrides: new Map([['cache', server.host]]), timeoutMs },
    );
    expect(judgement(outcome)).toMatch(is);
    expect(JSON.stringify(outcome)).not.toContain(password);
  });
});

/** A client that stays. */
async function hold(host: string, port: number): Promise<AsyncDisposable> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect(port, host, () => socket.write('PING\r\n'));
  socket.once('data', () => resolve()).once('error', reject);
  await promise;
  return {
    [Symbol.asyncDispose]: async () => {
      socket.destroy();
    },
  };
}
