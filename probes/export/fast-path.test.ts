import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { Dependencies } from '../../stack/dependencies.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { failed, samplePlan, sampleProbe } from '../state/sample-probe.ts';
import { type alertOf, type Failing, FastPath, type PostResult, parentsFirst } from './fast-path.ts';
import { startReceiver } from './receiver.ts';

function failing(service: string, since = 0, probe = 'ready'): Failing {
  return { probe: sampleProbe({ service, probe }), since, outcome: failed() };
}

/** A fast path on a clock turned by hand that posts to a real server. `down` is what it is told is down. */
async function setUp(dependencies: Dependencies = new Map()) {
  const receiver = await startReceiver();
  const clock = new ManualClock();
  const results: PostResult[] = [];
  const details: string[] = [];
  let posted = Promise.withResolvers<void>();
  const state = { down: [] as Failing[] };
  const fastPath = new FastPath({
    url: `${receiver.url}/`,
    clock,
    down: () => state.down,
    plan: () => samplePlan({ dependencies }),
    posted: (result, _, detail) => {
      results.push(result);
      details.push(detail);
      posted.resolve();
      posted = Promise.withResolvers<void>();
    },
  });
  return {
    receiver,
    clock,
    state,
    fastPath,
    results,
    details,
    /** Turns the clock until one more post has come to something. */
    async advanceToPost(ms: number) {
      const done = posted.promise;
      await clock.advance(ms);
      await done;
      // What follows a post, the next timer, is set before the event loop turns twice.
      for (let i = 0; i < 3; i++) await turn();
    },
    services: () =>
      receiver.received.map(({ body }) => (body as ReturnType<typeof alertOf>[]).map(({ labels }) => labels.service)),
    async [Symbol.asyncDispose]() {
      await fastPath[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
      expect(clock.pending).toBe(0);
    },
  };
}

describe('a post', () => {
  test('is the alert that the rule makes too, ends 60 s ahead, and is never a resolve', async () => {
    await using up = await setUp(
      new Map([
        ['panel', ['postgres']],
        ['postgres', []],
      ]),
    );
    const since = up.clock.now() - 2_040;
    up.state.down = [failing('postgres', since)];
    up.fastPath.changed();
    await up.advanceToPost(0);
    expect(up.receiver.received).toMatchObject([{ method: 'POST', path: '/api/v2/alerts' }]);
    expect(up.receiver.received[0]?.body).toEqual([
      {
        labels: {
          alertname: 'ProbeDown',
          service: 'postgres',
          probe: 'ready',
          target: 'http://postgres/ready',
          severity: 'critical',
          team: 'ops',
          stack: 'sample',
          environment: 'test',
        },
        annotations: expect.objectContaining({
          summary: 'postgres/ready is down',
          reason: 'status',
          found: 'status 503',
          expected: 'status 200',
          affects: 'panel',
        }),
        startsAt: '2026-11-23T02:59:57.960Z',
        endsAt: '2026-11-23T03:01:00.000Z',
        generatorURL: 'http://127.0.0.1:9815/debug/postgres/ready',
      },
    ]);
    expect(up.results).toEqual(['ok']);
  });

  test('is repeated every 10 s while it lasts, and not once more after recovery', async () => {
    await using up = await setUp();
    up.state.down = [failing('panel')];
    up.fastPath.changed();
    await up.advanceToPost(0);
    await up.clock.advance(9_999);
    expect(up.receiver.received).toHaveLength(1);
    await up.advanceToPost(1);
    await up.advanceToPost(10_000);
    expect(up.receiver.received).toHaveLength(3);
    up.state.down = [];
    await up.clock.advance(60_000);
    expect(up.receiver.received).toHaveLength(3);
    expect(up.clock.pending).toBe(0);
  });

  test('does not wait for its turn when something else goes down, and does not repeat what was just posted', async () => {
    await using up = await setUp();
    up.state.down = [failing('panel')];
    up.fastPath.changed();
    await up.advanceToPost(0);
    await up.clock.advance(4_000);
    up.state.down = [failing('panel'), failing('shop')];
    up.fastPath.changed();
    await up.advanceToPost(0);
    await up.advanceToPost(6_000);
    expect(up.services()).toEqual([['panel'], ['shop'], ['panel']]);
  });

  test('is made again at once for a probe that was up in between', async () => {
    await using up = await setUp();
    up.state.down = [failing('panel', 1_000)];
    up.fastPath.changed();
    await up.advanceToPost(0);
    await up.clock.advance(3_000);
    up.state.down = [failing('panel', 3_500)];
    up.fastPath.changed();
    await up.advanceToPost(0);
    expect(up.receiver.received).toHaveLength(2);
  });

  test('has parents before their children, in batches of a hundred', async () => {
    const children = Array.from({ length: 150 }, (_, i) => `child-${i}`);
    await using up = await setUp(new Map(children.map((child) => [child, ['postgres']] as const)));
    up.state.down = [...children.map((child) => failing(child)), failing('postgres')];
    up.fastPath.changed();
    await up.advanceToPost(0);
    expect(up.services()).toEqual([['postgres']]);
    // What it mutes comes a moment later.
    await up.advanceToPost(150);
    await up.receiver.count(3);
    expect(up.services().map((services) => services.length)).toEqual([1, 100, 50]);
  });
});

describe('a post that fails', () => {
  test.each([
    { name: 'is refused', answer: 503, result: 'refused', detail: 'status 503: {}', waitMs: 0 },
    { name: 'hangs', answer: 'hang', result: 'timeout', detail: 'no answer within 5000 ms', waitMs: 5_000 },
  ] as const)('because it $name is counted and made again after 1 s', async ({ answer, result, detail, waitMs }) => {
    await using up = await setUp();
    up.receiver.answer = answer;
    up.state.down = [failing('panel')];
    up.fastPath.changed();
    await up.clock.advance(0);
    await up.receiver.count(1);
    if (waitMs > 0) await up.advanceToPost(waitMs);
    else while (up.results.length === 0) await turn();
    await turn();
    expect(up.results).toEqual([result]);
    expect(up.details).toEqual([detail]);
    up.receiver.answer = 200;
    await up.clock.advance(999);
    expect(up.receiver.received).toHaveLength(1);
    await up.advanceToPost(1);
    expect(up.results).toEqual([result, 'ok']);
  });

  test('because nobody listens is counted and made again', async () => {
    await using up = await setUp();
    await up.receiver[Symbol.asyncDispose]();
    up.state.down = [failing('panel')];
    up.fastPath.changed();
    await up.advanceToPost(0);
    await up.advanceToPost(1_000);
    expect(up.results).toEqual(['unreachable', 'unreachable']);
    expect(up.details[0]).toMatch(/ECONNREFUSED/);
  });

  test('is not made again when the probe has recovered meanwhile', async () => {
    await using up = await setUp();
    up.receiver.answer = 'hang';
    up.state.down = [failing('panel')];
    up.fastPath.changed();
    await up.clock.advance(0);
    await up.receiver.count(1);
    up.state.down = [];
    await up.advanceToPost(5_000);
    await up.clock.advance(60_000);
    expect(up.receiver.received).toHaveLength(1);
  });

  test('does not keep the service from stopping', async () => {
    const up = await setUp();
    up.receiver.answer = 'hang';
    up.state.down = [failing('panel')];
    up.fastPath.changed();
    await up.clock.advance(0);
    await up.receiver.count(1);
    await up[Symbol.asyncDispose]();
    expect(up.results).toEqual([]);
  });
});

test('parents come first through a chain, whatever the order in which they failed', () => {
  const dependencies: Dependencies = new Map([
    ['edge', ['shop', 'panel']],
    ['shop', ['panel']],
    ['panel', ['postgres']],
    ['postgres', []],
    ['alone', []],
  ]);
  const order = ['edge', 'shop', 'alone', 'panel', 'postgres'].map((service) => failing(service));
  expect(parentsFirst(order, dependencies).map(({ probe }) => probe.service)).toEqual([
    'alone',
    'postgres',
    'panel',
    'shop',
    'edge',
  ]);
});
