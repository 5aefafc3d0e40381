import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import { type Authority, createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
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
    is: /^fail certificate_expired: found the certificate of localhost expired 3 d ago \(.* UTC\), expected a valid certificate for localhost$/,
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
    is: /^fail certificate_expiring: found a certificate that expires in (10 d|9 d 23 h|9 d 24 h).*, expected one valid for 21 d more$/,
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
    is: /^fail certificate_untrusted: found a certificate that is not trusted \(.*\), expected a valid certificate for localhost$/,
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

  test('a port that does not speak TLS', async () => {
    await using peer = await startFaultServer();
    const outcome = await attempt(tls, `127.0.0.1:${peer.port}`, {}, { timeoutMs: 300 });
    expect(outcome).toMatchObject({ verdict: 'fail', reason: expect.stringMatching(/^tls_/) });
  });

  test('a handshake that hangs', async () => {
    await using peer = await startFaultServer({ hangAtAccept: true });
    const outcome = await attempt(tls, `127.0.0.1:${peer.port}`, {}, { timeoutMs: 300 });
    expect(judgement(outcome)).toBe(
      'fail tls_timeout: found no end of the TLS handshake in 300 ms, expected a TLS handshake for 127.0.0.1',
    );
  });

  test('a ca_file that cannot be read is not the target failing', async () => {
    await using peer = await startFaultServer();
    const outcome = await attempt(tls, `127.0.0.1:${peer.port}`, { ca_file: '/does/not/exist.pem' });
    expect(outcome).toMatchObject({
      verdict: 'inconclusive',
      found: 'ca_file /does/not/exist.pem that cannot be used (ENOENT)',
    });
  });
});
