import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Outcome } from '../../model.ts';
import { type Authority, createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from './http.ts';
import type { httpOptions } from './options.ts';

const dayMs = 86_400_000;

describe('http over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-http-'));
  const ca_file = join(folder, 'ca.pem');
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority('test', Date.now());
    writeFileSync(ca_file, authority.ca);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const issue = (days: number) =>
    authority.issue({ names: ['localhost'], notBefore: Date.now() - 90 * dayMs, notAfter: Date.now() + days * dayMs });

  test('a trusted certificate passes, its expiry is a sample and its handshake a phase', async () => {
    await using peer = await startFaultServer({ tls: await issue(90) });
    const outcome = await attempt(http, `https://localhost:${peer.port}/ok`, { ca_file });
    expect(judgement(outcome)).toBe('pass');
    expect(phasesOf(outcome)).toEqual(['resolve', 'connect', 'tls', 'processing', 'transfer']);
    expect(daysLeft(outcome)).toBe(90);
  });

  const faults: readonly {
    readonly name: string;
    readonly days: number;
    readonly options: z.input<typeof httpOptions>;
    readonly reason: string;
  }[] = [
    { name: 'an expired certificate', days: -3, options: { ca_file }, reason: 'certificate_expired' },
    { name: 'a certificate of an unknown authority', days: 90, options: {}, reason: 'certificate_untrusted' },
    {
      name: 'a certificate for another name',
      days: 90,
      options: { ca_file, server_name: 'other.example.org' },
      reason: 'certificate_name',
    },
    {
      name: 'a certificate that expires too soon',
      days: 9,
      options: { ca_file, expect: { valid_for: '21d' } },
      reason: 'certificate_expiring',
    },
  ];
  test.each(faults)('$name gets no request, and its expiry is kept', async ({ days, options, reason }) => {
    await using peer = await startFaultServer({ tls: await issue(days) });
    const outcome = await attempt(http, `https://localhost:${peer.port}/ok`, options);
    expect(outcome).toMatchObject({ verdict: 'fail', reason });
    expect(peer.requests).toEqual([]);
    expect(daysLeft(outcome)).toBe(days);
    expect(phasesOf(outcome)).toEqual(['resolve', 'connect', 'tls']);
  });

  test('a handshake that hangs is no slow answer', async () => {
    await using peer = await startFaultServer({ atAccept: 'hang' });
    expect(judgement(await attempt(http, `https://127.0.0.1:${peer.port}/`, {}, { timeoutMs: 200 }))).toBe(
      'fail tls_timeout: found no end of the TLS handshake in 200 ms, expected a TLS handshake for 127.0.0.1',
    );
  });

  test('a ca_file that cannot be read is not the target failing, and leaves no connection', async () => {
    await using peer = await startFaultServer({ atAccept: 'hang' });
    const outcome = await attempt(http, `https://localhost:${peer.port}/ok`, { ca_file: join(folder, 'none.pem') });
    expect(outcome).toMatchObject({ verdict: 'inconclusive', reason: 'internal' });
    await expect.poll(() => peer.open()).toBe(0);
  });

  test('a server that asks for a client certificate is said to', async () => {
    await using peer = await startFaultServer({ tls: await issue(90), asksForClientCertificate: true });
    expect(judgement(await attempt(http, `https://localhost:${peer.port}/ok`, { ca_file }))).toBe(
      'fail certificate_client: found a TLS error: the server asks for a client certificate, expected an HTTP answer',
    );
  });

  test('a client certificate is shown to the host it was given for, and to no other', async () => {
    const client = await issue(30);
    const [client_cert_file, client_key_file] = [join(folder, 'client.pem'), join(folder, 'client.key')];
    writeFileSync(client_cert_file, client.cert);
    writeFileSync(client_key_file, client.key);
    const options = { ca_file, client_cert_file, client_key_file };
    const tls = { ...(await issue(90)), ca: authority.ca };
    await using peer = await startFaultServer({ tls, asksForClientCertificate: true });
    expect(judgement(await attempt(http, `https://localhost:${peer.port}/ok`, options))).toBe('pass');
    await using other = await startFaultServer({ tls: await issue(90) });
    const away = `https://localhost:${other.port}/redirect-to?https://localhost:${peer.port}/ok`;
    expect(await attempt(http, away, { ...options, redirects: 1 })).toMatchObject({ reason: 'certificate_client' });
  });
});

function phasesOf({ samples }: Outcome): readonly (string | undefined)[] {
  return samples.filter(({ metric }) => metric === 'probe_http_duration_seconds').map(({ labels }) => labels?.phase);
}

function daysLeft({ samples }: Outcome): number {
  const expiry = samples.find(({ metric }) => metric === 'probe_ssl_earliest_cert_expiry')?.value ?? 0;
  return Math.round((expiry * 1_000 - Date.now()) / dayMs);
}
