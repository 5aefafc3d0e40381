import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { connect, getCACertificates, type TLSSocket } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type Authority, createAuthority } from '../testing/certificates.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { type PeerChain, PeerChains } from './peer-chain.ts';
import { TrustStore } from './trust.ts';

const dayMs = 86_400_000;
const dates = { notBefore: Date.now() - dayMs, notAfter: Date.now() + dayMs };

async function connected(cert: string, key: string): Promise<TLSSocket> {
  const peer = await startFaultServer({ tls: { cert, key } });
  const socket = connect({ port: peer.port, host: '127.0.0.1', rejectUnauthorized: false });
  onTestFinished(async () => {
    socket.destroy();
    await peer[Symbol.asyncDispose]();
  });
  await once(socket, 'secureConnect');
  return socket;
}

describe('a chain', () => {
  const cases: readonly {
    readonly name: string;
    readonly sends: readonly ('leaf' | 'middle' | 'root' | 'other')[];
    readonly own?: readonly ('middle' | 'root')[];
    readonly wellKnown?: true;
    readonly is: readonly string[];
    readonly nextIssuer?: string;
    readonly omitted?: string;
  }[] = [
    { name: 'ends where the peer ends it', sends: ['leaf', 'middle'], is: ['localhost', 'middle'], nextIssuer: 'root' },
    { name: 'has a private root', sends: ['leaf', 'middle', 'root'], is: ['localhost', 'middle', 'root'] },
    { name: 'has no well-known root', sends: ['leaf', 'middle', 'root'], wellKnown: true, is: ['localhost', 'middle'] },
    {
      name: 'has the root of a ca_file',
      sends: ['leaf', 'middle'],
      own: ['root'],
      is: ['localhost', 'middle', 'root'],
      nextIssuer: 'root',
    },
    {
      name: 'is put in order, and what does not belong to it is left out',
      sends: ['leaf', 'other', 'root', 'middle'],
      is: ['localhost', 'middle', 'root'],
    },
    {
      name: 'says what a ca_file had to add that the peer should have sent',
      sends: ['leaf'],
      own: ['root', 'middle'],
      is: ['localhost', 'middle', 'root'],
      nextIssuer: 'middle',
      omitted: 'middle',
    },
  ];
  test.each(cases)('$name', async ({ sends, own = [], wellKnown, is, nextIssuer, omitted }) => {
    const root = await createAuthority('root', Date.now());
    const middle = await createAuthority('middle', Date.now());
    const other = await createAuthority('other', Date.now());
    const leaf = await middle.issue({ names: ['localhost'], ...dates });
    const pems = { leaf: leaf.cert, middle: await root.crossSign(middle, dates), root: root.ca, other: other.ca };
    const rootFingerprint = new X509Certificate(root.ca).fingerprint256;
    const chains = new PeerChains({
      own: own.map((name) => new X509Certificate(pems[name])),
      isWellKnown: (fingerprint) => wellKnown === true && fingerprint === rootFingerprint,
    });
    const send = async () => await connected(sends.map((name) => pems[name]).join('\n'), leaf.key);
    const chain = chains.of(await send());
    expect(subjects(chain)).toEqual(is);
    expect({ nextIssuer: chain?.nextIssuer, omitted: chain?.omitted }).toEqual({ nextIssuer, omitted });
    // The second time it is known.
    expect(chains.of(await send())).toBe(chain);
  });

  test('with another issuer is another one, though the leaf is the same', async () => {
    const root = await createAuthority('root', Date.now());
    const middle = await createAuthority('middle', Date.now());
    const leaf = await middle.issue({ names: ['localhost'], ...dates });
    const chains = new PeerChains({ own: [], isWellKnown: () => false });
    const until = async (notAfter: number) => {
      const issuer = await root.crossSign(middle, { ...dates, notAfter });
      return chains.of(await connected(`${leaf.cert}\n${issuer}`, leaf.key))?.certificates[1]?.to;
    };
    const [soon, late] = [
      Math.floor(Date.now() / 1_000) * 1_000 + dayMs,
      Math.floor(Date.now() / 1_000) * 1_000 + 9 * dayMs,
    ];
    expect([await until(soon), await until(late)]).toEqual([soon, late]);
  });

  test('is for the names of its leaf', async () => {
    const root = await createAuthority('root', Date.now());
    const leaf = await root.issue({ names: ['*.example.org', '10.0.0.7'], ...dates });
    const chain = new PeerChains({ own: [], isWellKnown: () => false }).of(await connected(leaf.cert, leaf.key));
    const names = ['www.example.org', 'example.org', 'a.www.example.org', '10.0.0.7', '10.0.0.8'];
    expect(names.map((name) => chain?.misnamed(name))).toEqual([
      undefined,
      'for *.example.org, 10.0.0.7',
      'for *.example.org, 10.0.0.7',
      undefined,
      'for *.example.org, 10.0.0.7',
    ]);
    expect(chain?.certificates[0]).toMatchObject({ issuer: 'root', subject: '*.example.org' });
  });
});

test('the authorities of the public web are well known, and no others', async () => {
  const store = new TrustStore();
  for (const known of getCACertificates('bundled').slice(0, 3)) {
    expect(store.isWellKnown(new X509Certificate(known).fingerprint256)).toBe(true);
  }
  const authority: Authority = await createAuthority('private', Date.now());
  expect(store.isWellKnown(new X509Certificate(authority.ca).fingerprint256)).toBe(false);
});

function subjects(chain: PeerChain | undefined): readonly string[] {
  return chain?.certificates.map(({ subject }) => subject) ?? [];
}
