import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Outcome } from '../../model.ts';
import { type Authority, createAuthority, selfSigned } from '../../testing/certificates.ts';
import { type AtAccept, startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import type { tlsOptions } from './options.ts';
import { tls } from './tls.ts';

const dayMs = 86_400_000;

const cases: readonly {
  readonly name: string;
  readonly names?: readonly string[];
  readonly days: readonly [from: number, to: number];
  readonly options?: z.input<typeof tlsOptions>;
  /** The test's authority is trusted. */
  readonly trusted?: true;
  readonly is: RegExp;
}[] = [
  { name: 'a valid certificate', days: [-1, 90], trusted: true, is: /^pass$/ },
  {
    name: 'an expired one',
    days: [-90, -3],
    trusted: true,
    is: /^fail certificate_expired: found a certificate that expired 3 d ago \(.* UTC\), expected a valid certificate for localhost$/,
  },
  {
    name: 'an expired one of an unknown authority is expired first of all',
    days: [-90, -3],
    is: /^fail certificate_expired:/,
  },
  { name: 'one not yet valid', days: [2, 90], trusted: true, is: /^fail certificate_not_yet_valid:/ },
  {
    name: 'one that expires too soon',
    days: [-1, 10],
    trusted: true,
    options: { expect: { valid_for: '21d' } },
    is: /^fail certificate_expiring: found a certificate that expires in (10 d|9 d 23 h|9 d 24 h).*, expected a certificate valid for 21 d more$/,
  },
  {
    name: 'one for another name',
    names: ['other.example.org'],
    days: [-1, 90],
    trusted: true,
    is: /^fail certificate_name: found a certificate for other\.example\.org, expected a valid certificate for localhost$/,
  },
  {
    name: 'one for the name that is asked for',
    names: ['other.example.org'],
    days: [-1, 90],
    trusted: true,
    options: { server_name: 'other.example.org' },
    is: /^pass$/,
  },
  {
    name: 'one of an unknown authority',
    days: [-1, 90],
    is: /^fail certificate_untrusted: found a certificate that is not trusted: its authority is not known here, or the chain is incomplete, expected a valid certificate for localhost$/,
  },
  { name: 'trust: any leaves the authority out', days: [-1, 90], options: { trust: 'any' }, is: /^pass$/ },
  {
    name: 'trust: any still looks at the name',
    names: ['other.example.org'],
    days: [-1, 90],
    options: { trust: 'any' },
    is: /^fail certificate_name:/,
  },
  {
    name: 'trust: any still looks at the dates',
    days: [-90, -3],
    options: { trust: 'any' },
    is: /^fail certificate_expired:/,
  },
];

describe('tls', () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-tls-'));
  const caFile = join(folder, 'ca.pem');
  let authority: Authority;
  beforeAll(async () => {
    authority = await createAuthority('test', Date.now());
    writeFileSync(caFile, authority.ca);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.each(cases)('$name', async ({ names = ['localhost'], days, options = {}, trusted, is }) => {
    const now = Date.now();
    const identity = await authority.issue({
      names,
      notBefore: now + days[0] * dayMs,
      notAfter: now + days[1] * dayMs,
    });
    await using peer = await startFaultServer({ tls: identity });
    const outcome = await attempt(tls, `localhost:${peer.port}`, {
      ...options,
      ...(trusted ? { ca_file: caFile } : {}),
    });
    expect(judgement(outcome)).toMatch(is);
    // Kept whatever is wrong with the certificate: an alert about its expiry must not resolve on the day it expires.
    const expiry = outcome.samples.find(({ metric }) => metric === 'probe_ssl_earliest_cert_expiry')?.value ?? 0;
    expect(Math.abs(expiry * 1_000 - (now + days[1] * dayMs))).toBeLessThan(1_500);
  });

  const handshakes: readonly { readonly name: string; readonly atAccept: AtAccept; readonly found: string }[] = [
    { name: 'hangs', atAccept: 'hang', found: 'no end of the TLS handshake in 300 ms' },
    { name: 'is no TLS', atAccept: 'greet', found: 'a TLS error: the port does not speak TLS' },
    { name: 'is closed', atAccept: 'close', found: 'a connection that was closed during the TLS handshake' },
  ];
  test.each(handshakes)('a handshake that $name', async ({ atAccept, found }) => {
    await using peer = await startFaultServer({ atAccept });
    const outcome = await attempt(tls, `127.0.0.1:${peer.port}`, {}, { timeoutMs: 300 });
    const reason = atAccept === 'hang' ? 'tls_timeout' : 'tls_handshake';
    expect(judgement(outcome)).toBe(`fail ${reason}: found ${found}, expected a TLS handshake for 127.0.0.1`);
  });

  test('a self-signed certificate is said to be one', async () => {
    await using peer = await startFaultServer({ tls: await selfSigned() });
    expect(judgement(await attempt(tls, `localhost:${peer.port}`, {}))).toBe(
      'fail certificate_untrusted: found a certificate that is not trusted: it is self-signed, expected a valid certificate for localhost',
    );
    expect(judgement(await attempt(tls, `localhost:${peer.port}`, { trust: 'any' }))).toBe('pass');
  });

  test('an expired issuer beside the way to a trusted one hurts nobody, and is the fault where there is no other', async () => {
    const now = Date.now();
    const old = await createAuthority('old', now);
    // OpenSSL judges an issuer, by the time of the machine: it has to be over for that as well.
    const expired = await old.crossSign(authority, { notBefore: now - 90 * dayMs, notAfter: now - 20 * dayMs });
    const identity = await authority.issue({
      names: ['localhost'],
      notBefore: now - dayMs,
      notAfter: now + 90 * dayMs,
    });
    await using peer = await startFaultServer({ tls: { ...identity, cert: `${identity.cert}\n${expired}` } });
    const probe = async (ca: string) => {
      const file = join(folder, `${createHash('sha256').update(ca).digest('hex')}.pem`);
      writeFileSync(file, ca);
      return attempt(tls, `localhost:${peer.port}`, { ca_file: file, expect: { valid_for: '21d' } });
    };
    const good = await probe(authority.ca);
    expect(judgement(good)).toBe('pass');
    expect(daysLeft(good)).toBe(90);
    const bad = await probe(old.ca);
    expect(judgement(bad)).toMatch(
      /^fail certificate_expired: found an issuer, test, that expired 20 d ago \(.* UTC\), expected a valid certificate for localhost$/,
    );
    expect(daysLeft(bad)).toBe(-20);
  });

  test('of many names the first are said', async () => {
    const names = ['a.example.org', 'b.example.org', 'c.example.org', 'd.example.org', '10.0.0.7'];
    const identity = await authority.issue({ names, notBefore: Date.now() - dayMs, notAfter: Date.now() + dayMs });
    await using peer = await startFaultServer({ tls: identity });
    expect(await attempt(tls, `localhost:${peer.port}`, { ca_file: caFile })).toMatchObject({
      reason: 'certificate_name',
      found: 'a certificate for a.example.org, b.example.org, c.example.org and 2 more',
    });
  });

  test('an address is matched with the addresses of the certificate', async () => {
    const identity = await authority.issue({
      names: ['127.0.0.1'],
      notBefore: Date.now() - dayMs,
      notAfter: Date.now() + dayMs,
    });
    await using peer = await startFaultServer({ tls: identity });
    expect(judgement(await attempt(tls, `127.0.0.1:${peer.port}`, { ca_file: caFile }))).toBe('pass');
  });

  test('a ca_file that has changed is read again', async () => {
    const file = join(folder, 'changing.pem');
    writeFileSync(file, (await createAuthority('another', Date.now())).ca);
    const identity = await authority.issue({
      names: ['localhost'],
      notBefore: Date.now() - dayMs,
      notAfter: Date.now() + dayMs,
    });
    await using peer = await startFaultServer({ tls: identity });
    const probe = async () => judgement(await attempt(tls, `localhost:${peer.port}`, { ca_file: file }));
    expect(await probe()).toMatch(/^fail certificate_untrusted/);
    writeFileSync(file, authority.ca);
    // It is read once a second, however many probes name it.
    await expect.poll(probe, { timeout: 3_000 }).toBe('pass');
    writeFileSync(file, 'not PEM\n');
    const says = `inconclusive internal: found a ca_file that cannot be used: ${file} (not PEM)`;
    await expect.poll(probe, { timeout: 3_000 }).toMatch(says);
  });

  test('a ca_file that cannot be read is not the target failing', async () => {
    await using peer = await startFaultServer();
    const outcome = await attempt(tls, `127.0.0.1:${peer.port}`, { ca_file: '/does/not/exist.pem' });
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      found: 'a ca_file that cannot be used: /does/not/exist.pem (ENOENT)',
    });
    await expect.poll(() => peer.open()).toBe(0);
  });
});

function daysLeft({ samples }: Outcome): number {
  const expiry = samples.find(({ metric }) => metric === 'probe_ssl_earliest_cert_expiry')?.value ?? 0;
  return Math.round((expiry * 1_000 - Date.now()) / dayMs);
}
