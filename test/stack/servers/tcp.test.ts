import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import type { tcpOptions } from '../../../probes/probers/tcp/options.ts';
import { tcp } from '../../../probes/probers/tcp/tcp.ts';
import { tls } from '../../../probes/probers/tls/tls.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';
import { missing } from '../../support/found.ts';
import { type Server, startServer } from '../../support/servers.ts';

/** The dialogues of the prober `tcp`, and TLS that begins inside another protocol, against Postfix, Redis and PostgreSQL. */

const lacking = missing(['servers']);
const dayMs = 86_400_000;

const ports = { postfix: 25, redis: 6379, postgres: 5432 } as const;

type Options = z.input<typeof tcpOptions>;

const cases: readonly {
  readonly name: string;
  readonly at: keyof typeof ports;
  readonly options?: Options;
  readonly trusted?: true;
  readonly timeoutMs?: number;
  readonly is: RegExp;
}[] = [
  { name: 'an open port', at: 'redis', is: /^pass$/ },
  {
    name: 'a greeting and the answer to EHLO',
    at: 'postfix',
    options: {
      dialogue: [
        { expect: '/^220 /' },
        { send: 'EHLO watchpost\r\n' },
        { expect: '/^250[ -]PIPELINING$/' },
        { expect: '/^250 /' },
        { send: 'QUIT\r\n' },
        { expect: '/^221 /' },
      ],
    },
    is: /^pass$/,
  },
  {
    name: 'a command that Postfix does not know',
    at: 'postfix',
    options: { dialogue: [{ expect: '/^220 /' }, { send: 'FROB\r\n' }, { expect: '/^250 /' }] },
    timeoutMs: 1_000,
    is: /^fail answer: found "50\d 5\.5\.[12] Error: command not recognized", expected a line that matches \/\^250 \/$/,
  },
  {
    name: 'TLS in the middle of it, turn by turn',
    at: 'postfix',
    options: {
      dialogue: [
        { expect: '/^220 /' },
        { send: 'EHLO watchpost\r\n' },
        { expect: '/^250 /' },
        { send: 'STARTTLS\r\n' },
        { expect: '/^220 /' },
        { starttls: true },
        { send: 'EHLO watchpost\r\n' },
        { expect: '/^250 /' },
      ],
    },
    trusted: true,
    is: /^pass$/,
  },
  {
    name: 'TLS as SMTP begins it, and a certificate of nobody that is known',
    at: 'postfix',
    options: { dialogue: [{ starttls: 'smtp' }], server_name: 'servers' },
    is: /^fail certificate_untrusted: /,
  },
  {
    name: 'PING in bytes',
    at: 'redis',
    options: { dialogue: [{ send_hex: '50 49 4e 47 0d 0a' }, { expect_hex: '2b 50 4f 4e 47 0d 0a' }] },
    is: /^pass$/,
  },
  {
    name: 'a command that Redis does not know',
    at: 'redis',
    options: { dialogue: [{ send: 'FROB\r\n' }, { expect: '+PONG' }] },
    timeoutMs: 500,
    is: /^fail answer: found "-ERR unknown command '\[redacted\]'.*", expected a line with \+PONG$/,
  },
  {
    name: 'a server that waits for a command',
    at: 'redis',
    options: { dialogue: [{ expect: 'ready' }] },
    timeoutMs: 500,
    is: /^fail response_timeout: found no answer in 500 ms, expected a line with ready$/,
  },
  {
    name: 'PostgreSQL by TLS',
    at: 'postgres',
    options: { dialogue: [{ starttls: 'postgres' }] },
    trusted: true,
    is: /^pass$/,
  },
  {
    name: 'PostgreSQL, which does not greet as a mail server',
    at: 'postgres',
    options: { dialogue: [{ starttls: 'smtp' }] },
    trusted: true,
    timeoutMs: 500,
    is: /^fail response_timeout: found no answer in 500 ms, expected an SMTP greeting$/,
  },
];

describe.skipIf(lacking)(`Postfix, Redis and PostgreSQL${lacking ? ` (${lacking})` : ''}`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-tcp-'));
  const caFile = join(folder, 'ca.pem');
  let server: Server;

  beforeAll(async () => {
    const now = Date.now();
    const authority = await createAuthority('test', now);
    const identity = await authority.issue({ names: ['servers'], notBefore: now - dayMs, notAfter: now + 90 * dayMs });
    writeFileSync(caFile, authority.ca);
    server = await startServer({
      command: `set -e
        install -o postgres -m 600 /key.pem /tmp/key.pem
        su postgres -c "/usr/lib/postgresql/bin/initdb -D /tmp/db >/dev/null"
        su postgres -c "/usr/lib/postgresql/bin/pg_ctl -D /tmp/db -o '-c listen_addresses=* -c ssl=on -c ssl_cert_file=/cert.pem -c ssl_key_file=/tmp/key.pem' -l /tmp/log -w start >/dev/null"
        redis-server --daemonize yes --bind 0.0.0.0 --protected-mode no --save '' >/dev/null
        install -m 600 /key.pem /etc/postfix/key.pem
        postconf -e maillog_file=/dev/stdout inet_interfaces=all myhostname=servers mydestination= \\
          smtpd_tls_cert_file=/cert.pem smtpd_tls_key_file=/etc/postfix/key.pem smtpd_tls_security_level=may
        exec postfix start-fg`,
      files: { '/key.pem': identity.key, '/cert.pem': identity.cert },
      ports: Object.values(ports),
      ready: 'ports',
    });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(cases)('$name', async ({ at, options, trusted, timeoutMs = 5_000, is }) => {
    const own: Options = { ...options, ...(trusted && { ca_file: caFile, server_name: 'servers' }) };
    const outcome = await attempt(tcp, `${server.host}:${server.port(ports[at])}`, own, { timeoutMs });
    expect(judgement(outcome)).toMatch(is);
  });

  test.each([
    { at: 'postfix', starttls: 'smtp' },
    { at: 'postgres', starttls: 'postgres' },
  ] as const)('the certificate of $at by tls', async ({ at, starttls }) => {
    const options = { starttls, ca_file: caFile, server_name: 'servers', expect: { valid_for: '21d' } };
    const outcome = await attempt(tls, `${server.host}:${server.port(ports[at])}`, options, { timeoutMs: 5_000 });
    expect(judgement(outcome)).toBe('pass');
    expect(outcome.traits?.certificate).toMatch(/ by test, valid to /);
  });
});
