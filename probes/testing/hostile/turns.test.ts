import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Outcome } from '../../model.ts';
import { createResolver } from '../../net/resolve.ts';
import { attempt } from '../../probers/attempt-for-test.ts';
import { probers } from '../../probers/index.ts';
import type { Prober } from '../../probers/prober.ts';
import { largestTurn } from '../largest-turn.ts';
import { hostileRows } from './table.ts';

/** No target may keep the other probes from running for longer. */
const mostMs = 50;
/** What hangs would hang longer as well. */
const timeoutMs = 500;

let peers: ChildProcess;
beforeAll(async () => {
  peers = fork(new URL('peer-process.ts', import.meta.url));
  await once(peers, 'message');
});
afterAll(() => peers.disconnect());

test.for(hostileRows.map((row, index) => ({ ...row, index })))(
  `a target that $name ($kind) uses at most ${mostMs} ms of a turn, and is judged`,
  async ({ kind, index }, { expect }) => {
    const prober = (probers as readonly Prober[]).find((one) => one.kind === kind);
    if (!prober) throw new Error(`no prober ${kind}`);
    const resolve = createResolver({ overrides: new Map([['hostile.example.com', '127.0.0.1']]) });
    let turnMs = Number.POSITIVE_INFINITY;
    // The first time code is compiled, and garbage is collected in some turn: costs of the process, which do not come again.
    for (let tries = 0; turnMs >= mostMs && tries < 3; tries++) {
      peers.send(index);
      const [started] = await once(peers, 'message');
      let outcome: Outcome | undefined;
      turnMs = await largestTurn(async () => {
        outcome = await attempt(prober, started.value, started.options, { timeoutMs, resolve });
        // Nobody reads the steps of most runs, but whoever opens /debug does.
        JSON.stringify(outcome);
      });
      expect(outcome?.reason).not.toBe('internal');
    }
    expect(turnMs).toBeLessThan(mostMs);
  },
);

test('every row was asked', () => expect(hostileRows.length).toBeGreaterThan(60));
