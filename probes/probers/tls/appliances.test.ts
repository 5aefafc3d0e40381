import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import { startTlsPeer } from '../../net/peers-for-test.ts';
import { type CertificateOptions, createAuthority } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { http } from '../http/http.ts';
import { tls } from './tls.ts';

const now = Date.now();
const dayMs = 86_400_000;
const dates = { notBefore: now - dayMs, notAfter: now + 90 * dayMs };
const authority = await createAuthority('appliances', now);
const folder = mkdtempSync(join(tmpdir(), 'watchpost-appliances-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const caFile = join(folder, 'ca.pem');
writeFileSync(caFile, authority.ca);
const issue = (options: Partial<CertificateOptions> = {}) =>
  authority.issue({ names: ['localhost'], ...dates, ...options });

describe('trust: unchecked looks at nothing in', () => {
  const cases: readonly { readonly name: string; readonly certificate: Partial<CertificateOptions> }[] = [
    { name: 'an expired certificate', certificate: { notBefore: now - 900 * dayMs, notAfter: now - 800 * dayMs } },
    { name: 'one that is not valid yet', certificate: { notBefore: now + dayMs } },
    { name: 'one for another name', certificate: { names: ['ups.example.org'] } },
    { name: 'one without a name', certificate: { names: [], commonName: 'localhost' } },
    { name: 'one with a key of 1024 bits', certificate: { key: 'weak' } },
  ];
  test.each(cases)('$name', async ({ certificate }) => {
    await using peer = await startTlsPeer({ ...(await issue(certificate)), ciphers: 'DEFAULT:@SECLEVEL=0' });
    const strict = await attempt(tls, `localhost:${peer.port}`, {});
    const unchecked = await attempt(tls, `localhost:${peer.port}`, { trust: 'unchecked' });
    expect([judgement(strict).split(' ')[0], judgement(unchecked)]).toEqual(['fail', 'pass']);
    // Of a certificate that nobody looks at nobody is told that it ends.
    const expiry = ({ samples }: typeof strict) =>
      samples.some(({ metric }) => metric === 'probe_ssl_earliest_cert_expiry');
    expect([expiry(strict), expiry(unchecked)]).toEqual([true, false]);
  });

  test('what is spoken over HTTPS', async () => {
    const certificate = await issue({ names: ['other.example.org'], notAfter: now - 1 });
    await using peer = await startFaultServer({ tls: certificate });
    const outcome = await attempt(http, `https://localhost:${peer.port}/ok`, { trust: 'unchecked' });
    expect(judgement(outcome)).toBe('pass');
  });
});

/** RFC 2409, section 6.2: the second Oakley group, of 1024 bits. */
const smallGroup = [
  '-----BEGIN DH PARAMETERS-----',
  'MIGHAoGBAP//////////yQ/aoiFowjTExmKLgNwc0SkCTgiKZ8x0Agu+pjsTmyJR',
  'Sgh5jjQE3e+VGbPNOkMbMCsKbfJfFDdP4TVtbVHCReSFtXZiXn7G9ExC6aY37WsL',
  '/1y29Aa37e44a/taiZ+lrp8kEXxLH+ZJKGZR7OZTgf//////////AgEC',
  '-----END DH PARAMETERS-----',
].join('\n');

describe('legacy_tls takes', () => {
  const old = { minVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' } as const;
  const handshake = 'expected a TLS handshake for localhost';
  const cases: readonly {
    readonly name: string;
    readonly peer: TlsOptions;
    readonly certificate?: Partial<CertificateOptions>;
    /** Without it. */
    readonly is: string;
  }[] = [
    {
      name: 'TLS 1.0',
      peer: { ...old, maxVersion: 'TLSv1' },
      is: `fail tls_version: found a TLS error: no TLS version in common, ${handshake}`,
    },
    {
      name: 'TLS 1.1',
      peer: { ...old, maxVersion: 'TLSv1.1' },
      is: `fail tls_version: found a TLS error: no TLS version in common, ${handshake}`,
    },
    { name: 'TLS 1.3, where the server speaks nothing else', peer: { minVersion: 'TLSv1.3' }, is: 'pass' },
    {
      name: 'a Diffie-Hellman group of 1024 bits',
      peer: { ciphers: 'DHE:@SECLEVEL=0', maxVersion: 'TLSv1.2', dhparam: smallGroup },
      certificate: { key: 'weak' },
      is: `fail tls_cipher: found a TLS error: the server's Diffie-Hellman group is too small, ${handshake}`,
    },
    {
      name: 'a key of 1024 bits in a certificate that leads to an authority',
      peer: old,
      certificate: { key: 'weak' },
      is: 'fail certificate_untrusted: found a certificate that is not trusted: EE certificate key too weak, expected a valid certificate for localhost',
    },
    {
      name: 'a signature by SHA-1 in it',
      peer: old,
      certificate: { hash: 'SHA-1' },
      is: 'fail certificate_untrusted: found a certificate that is not trusted: CA signature digest algorithm too weak, expected a valid certificate for localhost',
    },
  ];
  test.each(cases)('$name', async ({ peer: options, certificate, is }) => {
    await using peer = await startTlsPeer({ ...(await issue(certificate)), ...options });
    const probe = (legacy: boolean) =>
      attempt(tls, `localhost:${peer.port}`, { ca_file: caFile, ...(legacy && { legacy_tls: true }) });
    expect([judgement(await probe(false)), judgement(await probe(true))]).toEqual([is, 'pass']);
  });
});
