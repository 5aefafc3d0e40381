import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { afterAll, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Outcome } from '../../model.ts';
import { startTlsPeer } from '../../net/peers-for-test.ts';
import { createAuthority } from '../../testing/certificates.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import type { tlsOptions } from './options.ts';
import { tls } from './tls.ts';

const now = Date.now();
const dates = { notBefore: now - 86_400_000, notAfter: now + 90 * 86_400_000 };
const folder = mkdtempSync(join(tmpdir(), 'watchpost-tls-'));
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
const server = await root.issue({ names: ['localhost'], ...dates });
const behind = await middle.issue({ names: ['localhost'], ...dates, issuerUrl: 'http://ca.example.org/middle.crt' });
const ours = await root.issue({ names: ['watchpost'], ...dates });
const theirs = await stranger.issue({ names: ['watchpost'], ...dates });

const rootFile = file('root.pem', root.ca);
const both = file('both.pem', `${root.ca}\n${middlePem}`);
const identityFiles = (name: string, { cert, key }: typeof ours) => ({
  client_cert_file: file(`${name}.pem`, cert),
  client_key_file: file(`${name}.key`, key),
});

interface Case {
  readonly name: string;
  readonly peer?: TlsOptions;
  readonly options?: z.input<typeof tlsOptions>;
  readonly is: string;
}

async function probed({ peer: options, options: own }: Case): Promise<Outcome> {
  await using peer = await startTlsPeer({ ...server, ...options });
  const outcome = await attempt(tls, `localhost:${peer.port}`, { ca_file: rootFile, ...own });
  await expect.poll(() => peer.open()).toBe(0);
  return outcome;
}

const weak = { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' } as const;

const agreements: readonly Case[] = [
  { name: 'one of the versions', options: { expect: { version: ['TLSv1.2', 'TLSv1.3'] } }, is: 'pass' },
  {
    name: 'another version',
    peer: { maxVersion: 'TLSv1.2' },
    options: { expect: { version: ['TLSv1.3'] } },
    is: 'fail tls_version: found TLSv1.2, expected TLSv1.3',
  },
  {
    name: 'a version that nobody should speak any more, which is not even offered',
    peer: { ...weak, maxVersion: 'TLSv1.1' },
    is: 'fail tls_version: found a TLS error: no TLS version in common, expected a TLS handshake for localhost',
  },
  {
    name: 'an old version, where it is what is asked for',
    peer: { ...weak, maxVersion: 'TLSv1.1' },
    options: { expect: { version: ['TLSv1.1'] } },
    is: 'pass',
  },
  {
    name: 'a cipher by its name',
    peer: { ciphers: 'TLS_AES_128_GCM_SHA256' },
    options: { expect: { cipher: 'TLS_AES_128_GCM_SHA256' } },
    is: 'pass',
  },
  {
    name: 'a cipher by its name in the standard',
    peer: { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' },
    options: { expect: { cipher: ['TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'] } },
    is: 'pass',
  },
  {
    name: 'a cipher by an expression',
    options: { expect: { cipher: ['nonsense', '/_(GCM|POLY1305)_/'] } },
    is: 'pass',
  },
  {
    name: 'a name of which the cipher only has a part',
    peer: { ciphers: 'TLS_AES_128_GCM_SHA256' },
    options: { expect: { cipher: ['AES_128', '/CHACHA/'] } },
    is: 'fail tls_cipher: found TLS_AES_128_GCM_SHA256, expected a cipher of AES_128, /CHACHA/',
  },
];

const chains: readonly Case[] = [
  { name: 'a whole chain', peer: { ...behind, cert: `${behind.cert}\n${middlePem}` }, is: 'pass' },
  {
    name: 'a chain without the issuer of its leaf',
    peer: behind,
    is: 'fail certificate_chain: found a certificate without that of its issuer, middle, expected a valid certificate for localhost',
  },
  { name: 'the same, where the issuer is known here', peer: behind, options: { ca_file: both }, is: 'pass' },
  {
    name: 'the same, where the chain must be complete all the same',
    peer: behind,
    options: { ca_file: both, expect: { chain: 'complete' } },
    is: 'fail certificate_chain: found a chain without middle, expected every certificate but the root',
  },
  {
    name: 'a chain that is complete without its root',
    peer: { ...behind, cert: `${behind.cert}\n${middlePem}` },
    options: { ca_file: both, expect: { chain: 'complete' } },
    is: 'pass',
  },
];

const asking = { requestCert: true, rejectUnauthorized: true, ca: root.ca } as const;

const clients: readonly Case[] = [
  { name: 'a certificate that the server knows', peer: asking, options: identityFiles('ours', ours), is: 'pass' },
  {
    name: 'a certificate that the server knows, by TLS 1.2',
    peer: { ...asking, maxVersion: 'TLSv1.2' },
    options: identityFiles('ours', ours),
    is: 'pass',
  },
  { name: 'a certificate that the server did not ask for', options: identityFiles('ours', ours), is: 'pass' },
  {
    name: 'files that are not there',
    options: { client_cert_file: '/does/not/exist.pem', client_key_file: '/does/not/exist.key' },
    is: 'inconclusive internal: found a client_cert_file that cannot be used: /does/not/exist.pem (ENOENT), expected a TLS handshake for localhost',
  },
  {
    name: 'a key that belongs to another certificate',
    options: { client_cert_file: file('c.pem', ours.cert), client_key_file: file('k.pem', theirs.key) },
    is: 'inconclusive internal: found client certificate and key that cannot be used (OpenSSL says "x509 key values mismatch"), expected a TLS handshake for localhost',
  },
];

describe('what is agreed on', () => {
  test.each(agreements)('$name', async (one) => expect(judgement(await probed(one))).toBe(one.is));

  test('is reported', async () => {
    const { samples, traits } = await probed({ name: '', peer: { ciphers: 'TLS_AES_128_GCM_SHA256' }, is: 'pass' });
    expect(samples.filter(({ metric }) => metric.startsWith('probe_tls_'))).toEqual([
      { metric: 'probe_tls_version_info', value: 1, labels: { version: 'TLSv1.3' } },
      { metric: 'probe_tls_cipher_info', value: 1, labels: { cipher: 'TLS_AES_128_GCM_SHA256' } },
    ]);
    expect(traits).toEqual({
      addresses: expect.stringContaining('127.0.0.1'),
      tls: 'TLSv1.3 TLS_AES_128_GCM_SHA256',
      certificate: expect.stringMatching(/^01[0-9a-f]{30} by root, valid to \d{4}-\d\d-\d\d \d\d:\d\d UTC$/),
    });
  });
});

describe('the chain', () => {
  test.each(chains)('$name', async (one) => expect(judgement(await probed(one))).toBe(one.is));

  test('has its end reported only where it leads to an authority', async () => {
    const last = ({ samples }: Outcome) =>
      samples.find(({ metric }) => metric === 'probe_ssl_last_chain_expiry_timestamp_seconds')?.value;
    expect(last(await probed({ name: '', is: '' }))).toBe(Math.floor(dates.notAfter / 1_000));
    expect(
      last(await probed({ name: '', options: { ca_file: file('s.pem', stranger.ca), trust: 'any' }, is: '' })),
    ).toBe(undefined);
  });
});

describe('a certificate of ours', () => {
  test.each(clients)('$name', async (one) => expect(judgement(await probed(one))).toBe(one.is));

  test('of a stranger, refused by a server that only hangs up', async () => {
    const outcome = await probed({
      name: '',
      // A server that says why: test/stack/servers/tls.test.ts.
      peer: { ...asking, maxVersion: 'TLSv1.2' },
      options: identityFiles('theirs', theirs),
      is: '',
    });
    expect(judgement(outcome)).toBe(
      'fail tls_handshake: found a connection that was closed during the TLS handshake, expected a TLS handshake for localhost',
    );
  });
});
