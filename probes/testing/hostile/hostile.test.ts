import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reasons } from '../../../stack/reasons.ts';
import type { Outcome, Resolve } from '../../model.ts';
import { startZoneServer, type ZoneAnswer } from '../../net/name-server-for-test.ts';
import { createResolver } from '../../net/resolve.ts';
import { attempt } from '../../probers/attempt-for-test.ts';
import { probers } from '../../probers/index.ts';
import type { Prober } from '../../probers/prober.ts';
import { ownTime } from '../own-time.ts';
import { type HostilePeers, prepareHostilePeers } from './peers.ts';
import type { HostileRow, NameKind } from './row.ts';
import { hostileRows } from './table.ts';

/** Rows that are about time use up all of it. */
const hangMs = 1_500;
/** The others end by themselves, on a busy machine too: in less than half of this, and one that only its deadline ends does not. */
const answerMs = 20_000;
const rounds = 3;

let peers: HostilePeers;
beforeAll(async () => {
  peers = await prepareHostilePeers();
});
afterAll(() => peers[Symbol.dispose]());

test('there are at least 60 rows, and no two say the same', () => {
  expect(hostileRows.length).toBeGreaterThanOrEqual(60);
  expect(new Set(hostileRows.map(({ kind, name }) => JSON.stringify([kind, name]))).size).toBe(hostileRows.length);
});

describe.each(Array.from({ length: rounds }, (_, i) => i + 1))('round %i: a target that', () => {
  test.concurrent.for(hostileRows.map((row) => ({ ...row, verdict: reasons[row.reason].verdict })))(
    '$name ($kind): $verdict, $reason',
    async ({ verdict, ...row }, { expect }) => {
      await using cleanup = new AsyncDisposableStack();
      const peer = await peers.start(row, cleanup);
      const resolve = row.resolves ? await resolverFor(row.resolves, cleanup) : undefined;
      const prober = (probers as readonly Prober[]).find(({ kind }) => kind === row.kind);
      if (!prober) throw new Error(`no prober ${row.kind}`);
      const timeoutMs = isAboutTime(row) ? hangMs : answerMs;
      let outcome: Outcome | undefined;
      const took = await ownTime(async () => {
        const limits = resolve ? { timeoutMs, resolve } : { timeoutMs };
        outcome = await attempt(prober, peers.valueOf(row, peer.port), peers.optionsOf(row), limits);
      });
      expect({ verdict: outcome?.verdict, reason: outcome?.reason, found: outcome?.found }).toMatchObject({
        verdict,
        reason: row.reason,
      });
      expect(took).toBeLessThan(isAboutTime(row) ? hangMs + 50 : answerMs / 2);
      if (row.connections !== undefined) expect(peer.accepted()).toBe(row.connections);
      await expect.poll(() => peer.open()).toBe(0);
    },
  );
});

async function resolverFor(kind: NameKind, cleanup: AsyncDisposableStack): Promise<Resolve> {
  const records: Readonly<Record<NameKind, ZoneAnswer>> = {
    good: [['A', '127.0.0.1', 0]],
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

/** Whether only the end of its time ends an attempt at the target. */
function isAboutTime({ reason, atAccept, resolves, mayStillCome }: HostileRow): boolean {
  return (
    mayStillCome === true || reason.endsWith('_timeout') || atAccept === 'silent' || resolves === 'silent-resolver'
  );
}
