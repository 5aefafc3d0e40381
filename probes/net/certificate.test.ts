import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, getCACertificates } from 'node:tls';
import { expect, test } from 'vitest';
import { createAuthority } from '../testing/certificates.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { chainOf } from './certificate.ts';
import { TrustStore } from './trust.ts';

const dayMs = 86_400_000;

test('a well-known root is no part of the chain, and a private one is', async () => {
  const now = Date.now();
  const authority = await createAuthority('root', now);
  const identity = await authority.issue({ names: ['localhost'], notBefore: now - dayMs, notAfter: now + dayMs });
  await using peer = await startFaultServer({ tls: { ...identity, cert: `${identity.cert}\n${authority.ca}` } });
  const socket = connect({ port: peer.port, host: '127.0.0.1', ca: authority.ca, servername: 'localhost' });
  await once(socket, 'secureConnect');
  const root = new X509Certificate(authority.ca).fingerprint256;
  const names = (isWellKnown: (fingerprint256: string) => boolean) =>
    chainOf(socket, isWellKnown).map(({ subject }) => subject.CN);
  expect(names(() => false)).toEqual(['localhost', 'root']);
  expect(names((fingerprint) => fingerprint === root)).toEqual(['localhost']);
  // A peer that is its own root has nothing else to show.
  expect(names(() => true)).toEqual(['localhost']);
  socket.destroy();
});

test('the authorities of the public web are well known, and no others', async () => {
  const store = new TrustStore();
  const [known = ''] = getCACertificates('bundled');
  expect(store.isWellKnown(new X509Certificate(known).fingerprint256)).toBe(true);
  const authority = await createAuthority('private', Date.now());
  expect(store.isWellKnown(new X509Certificate(authority.ca).fingerprint256)).toBe(false);
});
