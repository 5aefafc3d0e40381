import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasons } from '../../../stack/reasons.ts';
import type { Outcome, Resolve } from '../../model.ts';
import { startZoneServer, type ZoneAnswer } from '../../net/name-server-for-test.ts';
import { createResolver } from '../../net/resolve.ts';
import { attempt } from '../../probers/attempt-for-test.ts';
import { probers } from '../../probers/index.ts';
import type { Prober } from '../../probers/prober.ts';
import { createAuthority, type Identity, selfSigned } from '../certificates.ts';
import { startFaultServer } from '../fault-server.ts';
import { ownTime } from '../own-time.ts';
import { startSilentPort } from '../silent-port.ts';
import { type CertificateKind, type HostileRow, hostileRows, type NameKind } from './table.ts';

const dayMs = 86_400_000;
const timeoutMs = 400;
const rounds = 3;

const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
const caFile = join(folder, 'ca.pem');
const identities = new Map<CertificateKind, Identity>();

beforeAll(async () => {
  const now = Date.now();
  const authority = await createAuthority('hostile', now);
  const stranger = await createAuthority('stranger', now);
  writeFileSync(caFile, authority.ca);
  const dates = (from: number, to: number) => ({ notBefore: now + from * dayMs, notAfter: now + to * dayMs });
  const own = { names: ['localhost'], ...dates(-1, 90) };
  identities.set('good', await authority.issue(own));
  identities.set('expired', await authority.issue({ ...own, ...dates(-90, -3) }));
  identities.set('not-yet-valid', await authority.issue({ ...own, ...dates(2, 90) }));
  identities.set('expiring', await authority.issue({ ...own, ...dates(-80, 10) }));
  identities.set('wrong-name', await authority.issue({ ...own, names: ['other.example'] }));
  identities.set('self-signed', await selfSigned());
  identities.set('unknown-authority', await stranger.issue(own));
  identities.set('incomplete-chain', await stranger.issue({ ...own, issuerUrl: 'http://ca.example/between.crt' }));
});
afterAll(() => rmSync(folder, { recursive: true }));

test('there are at least 60 rows, and no two say the same', () => {
  expect(hostileRows.length).toBeGreaterThanOrEqual(60);
  expect(new Set(hostileRows.map(({ kind, name }) => JSON.stringify([kind, name]))).size).toBe(hostileRows.length);
});

describe.each(Array.from({ length: rounds }, (_, i) => i + 1))('round %i: a target that', () => {
  test.concurrent.for(hostileRows.map((row) => ({ ...row, verdict: reasons[row.reason].verdict })))(
    '$name ($kind): $verdict, $reason',
    async ({ verdict, ...row }, { expect }) => {
      await using cleanup = new AsyncDisposableStack();
      const peer = await startPeer(row, cleanup);
      const resolve = row.resolves ? await resolverFor(row.resolves, cleanup) : undefined;
      const prober = (probers as readonly Prober[]).find(({ kind }) => kind === row.kind);
      if (!prober) throw new Error(`no prober ${row.kind}`);
      let outcome: Outcome | undefined;
      const took = await ownTime(async () => {
        const limits = resolve ? { timeoutMs, resolve } : { timeoutMs };
        outcome = await attempt(prober, valueOf(row, peer.port), optionsOf(row), limits);
      });
      expect({ verdict: outcome?.verdict, reason: outcome?.reason, found: outcome?.found }).toMatchObject({
        verdict,
        reason: row.reason,
      });
      expect(took).toBeLessThan(timeoutMs + 50);
      if (row.connections !== undefined) expect(peer.accepted()).toBe(row.connections);
      await expect.poll(() => peer.open()).toBe(0);
    },
  );
});

interface Peer {
  readonly port: number;
  accepted(): number;
  open(): number;
}

async function startPeer(row: HostileRow, cleanup: AsyncDisposableStack): Promise<Peer> {
  const nobody = { accepted: () => 0, open: () => 0 };
  if (row.atAccept === 'refused') return { port: 1, ...nobody };
  if (row.atAccept === 'silent') return { port: cleanup.use(await startSilentPort()).port, ...nobody };
  const tls = row.certificate && identities.get(row.certificate);
  return cleanup.use(await startFaultServer({ ...(tls && { tls }), ...(row.atAccept && { atAccept: row.atAccept }) }));
}

function valueOf({ kind, behaviour = 'ok', query, certificate, resolves }: HostileRow, port: number): unknown {
  const host = resolves ? 'hostile.example.com' : certificate ? 'localhost' : '127.0.0.1';
  const path = `${behaviour}${query === undefined ? '' : `?${query}`}`;
  switch (kind) {
    case 'http':
      return `${certificate ? 'https' : 'http'}://${host}:${port}/${path}`;
    case 'websocket':
      return `ws://${host}:${port}/${path}`;
    case 'postgres':
      return `postgres://monitor@${host}:${port}/app?sslmode=disable`;
    default:
      return `${host}:${port}`;
  }
}

function optionsOf({ options, certificate }: HostileRow): Record<string, unknown> {
  return { ...options, ...(certificate && { ca_file: caFile }) };
}

async function resolverFor(kind: NameKind, cleanup: AsyncDisposableStack): Promise<Resolve> {
  const records: Readonly<Record<NameKind, ZoneAnswer>> = {
    nxdomain: 'nxdomain',
    servfail: 'servfail',
    'silent-resolver': 'nothing',
    empty: [],
    'cname-loop': [['CNAME', 'hostile.example.com', 0]],
    truncated: { truncated: [['A', '127.0.0.1', 0]] },
    'dead-and-good': [
      ['A', '127.0.0.9', 0],
      ['A', '127.0.0.1', 0],
    ],
  };
  const zone = cleanup.use(
    await startZoneServer((name, type) => {
      if (kind === 'silent-resolver') return 'nothing';
      if (name !== 'hostile.example.com') return [];
      return type === 'A' || typeof records[kind] === 'string' ? records[kind] : [];
    }),
  );
  return createResolver({ servers: [zone.address], hostsFile: '' });
}
