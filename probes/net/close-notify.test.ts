import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TlsOptions } from 'node:tls';
import { expect, test } from 'vitest';
import type { z } from 'zod';
import { attempt } from '../probers/attempt-for-test.ts';
import { tls } from '../probers/tls/tls.ts';
import { createAuthority } from '../testing/certificates.ts';
import { startTlsPeer } from './peers-for-test.ts';

const now = Date.now();
const authority = await createAuthority('end', now);
const identity = await authority.issue({
  names: ['localhost'],
  notBefore: now - 86_400_000,
  notAfter: now + 86_400_000,
});

/** Passes everything on, and keeps what the client sent. */
async function startRelay(port: number) {
  const heard: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const peer = connect(port, '127.0.0.1');
    for (const socket of [client, peer]) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .once('close', () => {
          sockets.delete(socket);
          client.destroySoon();
          peer.destroySoon();
        });
    }
    client.on('data', (chunk) => heard.push(chunk)).pipe(peer);
    peer.pipe(client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    records: () => recordsIn(Buffer.concat(heard)),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await once(server.close(), 'close');
    },
  };
}

/** The type of each record and how long it is (RFC 8446, section 5.1). */
function recordsIn(bytes: Buffer): readonly string[] {
  const records: string[] = [];
  for (let at = 0; at + 5 <= bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) {
    records.push(`${bytes[at]}: ${bytes.readUInt16BE(at + 3)}`);
  }
  return records;
}

const cases: readonly {
  readonly name: string;
  readonly peer?: TlsOptions;
  readonly options?: z.input<typeof tls.options>;
  /** The last record that the client sends. */
  readonly last: string;
}[] = [
  // An alert of two bytes, its inner type, and 16 bytes that prove it; by TLS 1.2 eight more, before it.
  { name: 'by TLS 1.3', options: { trust: 'any' }, last: '23: 19' },
  { name: 'by TLS 1.2', peer: { maxVersion: 'TLSv1.2' }, options: { trust: 'any' }, last: '21: 26' },
  { name: 'of a certificate that is refused', peer: { maxVersion: 'TLSv1.2' }, last: '21: 26' },
  {
    name: 'of a version that is refused',
    peer: { maxVersion: 'TLSv1.2' },
    options: { trust: 'any', expect: { version: ['TLSv1.3'] } },
    last: '21: 26',
  },
];

test.each(cases)('a run ends with close_notify $name', async ({ peer: options, options: own = {}, last }) => {
  await using peer = await startTlsPeer({ ...identity, ...options, ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE+AESGCM' });
  await using relay = await startRelay(peer.port);
  await attempt(tls, `localhost:${relay.port}`, own);
  await expect.poll(() => relay.open()).toBe(0);
  expect(relay.records().at(-1)).toBe(last);
});
