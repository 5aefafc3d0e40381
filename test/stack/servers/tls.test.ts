import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt, judgement } from '../../../probes/probers/attempt-for-test.ts';
import type { tlsOptions } from '../../../probes/probers/tls/options.ts';
import { tls } from '../../../probes/probers/tls/tls.ts';
import { createAuthority } from '../../../probes/testing/certificates.ts';

/** The prober `tls` against OpenSSL's `s_server`, which knows every fault of a handshake that there is. */

const openssl = versionOf();
const why = openssl ? '' : ' (skipped: openssl is not on PATH)';

const now = Date.now();
const dates = { notBefore: now - 86_400_000, notAfter: now + 90 * 86_400_000 };
const folder = mkdtempSync(join(tmpdir(), 'watchpost-s_server-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const root = await createAuthority('root', now);
const middle = await createAuthority('middle', now);
const stranger = await createAuthority('stranger', now);
const middlePem = await root.crossSign(middle, dates);
const leaf = await middle.issue({ names: ['localhost'], ...dates, issuerUrl: 'http://ca.example.org/middle.crt' });
const [ours, theirs, old] = await Promise.all([
  root.issue({ names: ['watchpost'], ...dates }),
  stranger.issue({ names: ['watchpost'], ...dates }),
  root.issue({ names: ['watchpost'], notBefore: now - 9e8, notAfter: now - 8e8 }),
]);

const rootFile = file('root.pem', root.ca);
const certificate = ['-cert', file('leaf.pem', leaf.cert), '-key', file('leaf.key', leaf.key)];
const whole = [...certificate, '-cert_chain', file('middle.pem', middlePem)];
const asking = ['-Verify', '1', '-CAfile', rootFile, '-verify_return_error'];

function shown(name: string, identity: typeof ours) {
  return { client_cert_file: file(`${name}.pem`, identity.cert), client_key_file: file(`${name}.key`, identity.key) };
}

interface Case {
  readonly name: string;
  readonly server: readonly string[];
  readonly options?: z.input<typeof tlsOptions>;
  readonly is: string | RegExp;
}

const handshake = 'expected a TLS handshake for localhost';
const ok = 'expected a server that takes our certificate';

const cases: readonly Case[] = [
  { name: 'a whole chain', server: whole, is: 'pass' },
  {
    name: 'a whole chain that is asked for',
    server: whole,
    options: { expect: { chain: 'complete', valid_for: '21d', version: ['TLSv1.3'], cipher: '/^TLS_/' } },
    is: 'pass',
  },
  {
    name: 'a leaf without its issuer',
    server: certificate,
    is: 'fail certificate_chain: found a certificate without that of its issuer, middle, expected a valid certificate for localhost',
  },
  {
    name: 'TLS 1.2 with one cipher',
    server: [...whole, '-tls1_2', '-cipher', 'ECDHE-ECDSA-CHACHA20-POLY1305'],
    options: { expect: { version: ['TLSv1.2'], cipher: 'ECDHE-ECDSA-CHACHA20-POLY1305' } },
    is: 'pass',
  },
  {
    name: 'TLS 1.2 where 1.3 is asked for',
    server: [...whole, '-no_tls1_3'],
    options: { expect: { version: ['TLSv1.3'] } },
    is: 'fail tls_version: found TLSv1.2, expected TLSv1.3',
  },
  {
    name: 'TLS 1.0 only',
    server: [...whole, '-tls1', '-cipher', 'DEFAULT:@SECLEVEL=0'],
    is: `fail tls_version: found a TLS error: no TLS version in common, ${handshake}`,
  },
  {
    name: 'TLS 1.0, where it is what is asked for',
    server: [...whole, '-tls1', '-cipher', 'DEFAULT:@SECLEVEL=0'],
    options: { expect: { version: ['TLSv1'] } },
    is: 'pass',
  },
  {
    name: 'ciphers that nobody here has',
    server: [...whole, '-tls1_2', '-cipher', 'AECDH-AES128-SHA:@SECLEVEL=0'],
    is: `fail tls_handshake: found a TLS error: the server refused the handshake, ${handshake}`,
  },
  {
    name: 'a certificate of ours that it knows',
    server: [...whole, ...asking],
    options: shown('ours', ours),
    is: 'pass',
  },
  {
    name: 'a certificate of ours that it knows, by TLS 1.2',
    server: [...whole, ...asking, '-tls1_2'],
    options: shown('ours', ours),
    is: 'pass',
  },
  {
    name: 'a certificate of a stranger',
    server: [...whole, ...asking],
    options: shown('theirs', theirs),
    is: `fail certificate_client: found a TLS error: the server does not know who signed the client certificate, ${ok}`,
  },
  {
    name: 'a certificate of a stranger, by TLS 1.2',
    server: [...whole, ...asking, '-tls1_2'],
    options: shown('theirs', theirs),
    is: `fail certificate_client: found a TLS error: the server does not know who signed the client certificate, ${handshake}`,
  },
  {
    name: 'a certificate of ours that has expired',
    server: [...whole, ...asking],
    options: shown('old', old),
    is: `fail certificate_client: found a TLS error: the server says that the client certificate has expired, ${ok}`,
  },
];

describe.skipIf(!openssl)(`s_server of ${openssl}${why}`, () => {
  test.each(cases)('$name', async ({ server, options = {}, is }) => {
    await using running = await startServer(server);
    const outcome = await attempt(tls, `localhost:${running.port}`, { ca_file: rootFile, ...options });
    expect(judgement(outcome)).toBe(is);
    // It is there for the next one.
    expect(running.process.exitCode).toBe(null);
  });
});

async function startServer(
  options: readonly string[],
): Promise<AsyncDisposable & { port: number; process: ChildProcess }> {
  const child = spawn('openssl', ['s_server', '-accept', '127.0.0.1:0', '-naccept', '9', ...options], {
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let printed = '';
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const read = (chunk: Buffer) => {
    printed += chunk.toString();
    const port = /^ACCEPT .*:(\d+)/m.exec(printed)?.[1];
    if (port) resolve(Number(port));
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  child.once('exit', () => reject(new Error(`s_server did not start; it printed:\n${printed}`)));
  return {
    port: await promise,
    process: child,
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode !== null) return;
      const ended = once(child, 'exit');
      child.kill();
      await ended;
    },
  };
}

function versionOf(): string | undefined {
  try {
    return execFileSync('openssl', ['version'], { encoding: 'utf8' }).split(' ').slice(0, 2).join(' ');
  } catch {
    return undefined;
  }
}
