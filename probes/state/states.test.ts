import { describe, expect, onTestFinished, test } from 'vitest';
import type { Dependencies } from '../../stack/dependencies.ts';
import { followMs, holdBackMs } from '../../stack/probe-timing.ts';
import type { Outcome, PlannedProbe, Transition } from '../model.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { failed, inconclusive, passed, sampleProbe } from './sample-probe.ts';
import { ProbeStates } from './states.ts';

const database = sampleProbe({ service: 'postgres', probe: 'query' });
const panel = sampleProbe({ service: 'panel', probe: 'ready' });
const shop = sampleProbe({ service: 'shop', probe: 'live' });

/** shop needs panel, and panel needs postgres. */
const dependencies: Dependencies = new Map([
  ['postgres', []],
  ['panel', ['postgres']],
  ['shop', ['panel']],
]);

function setUp(
  probes: readonly PlannedProbe[] = [shop, panel, database],
  diagnose?: (probe: PlannedProbe, outcome: Outcome) => Promise<Outcome>,
) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const told: string[] = [];
  const transitions: Transition[] = [];
  const states = new ProbeStates({
    clock,
    ...(diagnose && { diagnose }),
    ask: ({ service, probe }, notBeforeMs) => asked.push(`${service}/${probe} from ${notBeforeMs}`),
    changed: (transition) => {
      transitions.push(transition);
      told.push(`${transition.probe.service} ${transition.to}`);
    },
  });
  states.configure(probes, dependencies);
  onTestFinished(() => {
    states[Symbol.dispose]();
    expect(clock.pending).toBe(0);
  });
  /** A run of no length, at this moment. */
  const ended = (task: PlannedProbe, outcome: Outcome) =>
    states.ended({ task, startedAt: clock.now(), decidedFromMs: clock.monotonic(), endedAt: clock.now(), outcome });
  return { clock, states, asked, told, transitions, ended };
}

describe('a probe without dependencies', () => {
  test('is told of as down at once, and as up when it has recovered', async () => {
    const { clock, states, told, transitions, ended } = setUp();
    const start = clock.now();
    states.failing(database);
    ended(database, failed('connect_refused'));
    expect(states.of(database)).toMatchObject({ status: 'down', since: start });
    expect(states.needsConfirming(database)).toBe(false);
    await clock.advance(5_000);
    ended(database, passed());
    expect(told).toEqual(['postgres down']);
    await clock.advance(5_000);
    ended(database, passed());
    expect(states.of(database)).toEqual({ status: 'up' });
    expect(transitions).toMatchObject([
      { to: 'down', at: start, since: start, outcome: { reason: 'connect_refused' } },
      { to: 'up', at: start + 10_000, since: start, outcome: { verdict: 'pass' } },
    ]);
  });

  test('is not told of when it was never down: the first pass is no change', () => {
    const { states, told, ended } = setUp();
    expect(states.of(database)).toEqual({ status: 'unknown' });
    ended(database, passed());
    ended(database, inconclusive());
    expect(states.of(database)).toEqual({ status: 'up' });
    expect(told).toEqual([]);
  });
});

describe('a probe whose service depends on others', () => {
  test('asks all of them at its first fail, near and far', async () => {
    const { clock, states, asked } = setUp();
    await clock.advance(100);
    states.failing(shop);
    expect(asked).toEqual(['panel/ready from 100', 'postgres/query from 100']);
  });

  test('does not ask one that is known to be down', () => {
    const { states, asked, ended } = setUp();
    ended(database, failed());
    states.failing(panel);
    expect(asked).toEqual([]);
  });

  test('is told of at once when its parent is down already', () => {
    const { states, told, ended } = setUp();
    ended(database, failed());
    states.failing(panel);
    ended(panel, failed());
    expect(told).toEqual(['postgres down', 'panel down']);
  });

  test('waits until its parent is confirmed down, and follows it', async () => {
    const { clock, states, told, ended } = setUp();
    states.failing(panel);
    await clock.advance(2_000);
    ended(panel, failed());
    expect(states.of(panel)).toEqual({ status: 'unknown' });
    expect(states.down()).toEqual([]);
    await clock.advance(40);
    ended(database, failed());
    expect(told).toEqual(['postgres down', 'panel down']);
    expect(states.down().map(({ probe }) => probe.service)).toEqual(['panel', 'postgres']);
  });

  test('waits through a chain: the farthest is told of first', async () => {
    const { clock, states, told, ended } = setUp();
    for (const probe of [shop, panel]) states.failing(probe);
    await clock.advance(2_000);
    ended(shop, failed());
    ended(panel, failed());
    expect(told).toEqual([]);
    ended(database, failed());
    expect(told).toEqual(['postgres down', 'panel down', 'shop down']);
  });

  test('is told of as soon as its parent has passed after its first fail', async () => {
    const { clock, states, told, ended } = setUp();
    ended(database, passed());
    await clock.advance(1_000);
    states.failing(panel);
    await clock.advance(2_000);
    ended(panel, failed());
    expect(told).toEqual([]);
    ended(database, passed());
    expect(told).toEqual(['panel down']);
  });

  test.each([
    { name: 'says nothing', answer: undefined },
    { name: 'is inconclusive', answer: inconclusive() },
  ])('waits no longer than 2 s for a parent that $name', async ({ answer }) => {
    const { clock, states, told, ended } = setUp();
    states.failing(panel);
    ended(panel, failed());
    if (answer) ended(database, answer);
    await clock.advance(holdBackMs - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['panel down']);
  });

  test('is not told of at all when it has recovered meanwhile', async () => {
    const { clock, states, told, ended } = setUp([{ ...panel, recover: 1 }, database]);
    states.failing(panel);
    ended(panel, failed());
    await clock.advance(500);
    ended(panel, passed());
    await clock.advance(5_000);
    expect(told).toEqual([]);
    expect(states.of(panel)).toEqual({ status: 'up' });
  });
});

describe('a new configuration', () => {
  test('keeps the state of a probe whose identity has not changed', () => {
    const { states, told, ended } = setUp();
    ended(database, failed());
    states.configure([{ ...database, everyMs: 1_000, fingerprint: 'second' }], dependencies);
    expect(states.of(database).status).toBe('down');
    expect(told).toEqual(['postgres down']);
  });

  test.each([
    { name: 'target', other: { target: 'http://elsewhere' } },
    { name: 'severity', other: { severity: 'warning' as const } },
    { name: 'team', other: { team: 'data' } },
  ])('forgets the state of a probe with another $name: it is another alert', ({ other }) => {
    const { states, ended } = setUp();
    ended(database, failed());
    states.configure([{ ...database, ...other }], dependencies);
    expect(states.of(database)).toEqual({ status: 'unknown' });
    expect(states.down()).toEqual([]);
  });

  test('forgets a probe that is gone, and who waited for it waits no longer', () => {
    const { states, told, ended } = setUp();
    states.failing(panel);
    ended(panel, failed());
    states.configure([panel], dependencies);
    expect(told).toEqual(['panel down']);
    expect(states.of(database)).toEqual({ status: 'unknown' });
  });

  test('tells nothing of a fail that was held back for a probe that is gone', async () => {
    const { clock, states, told, ended } = setUp();
    states.failing(panel);
    ended(panel, failed());
    states.configure([database], dependencies);
    await clock.advance(10_000);
    expect(told).toEqual([]);
  });
});

describe('a confirmed fail that is being diagnosed', () => {
  const diagnosis = { tried: '1 of 2 addresses pass', changed: '' };

  test('is told of once the diagnosis has come to an end, with what was found', async () => {
    const done = Promise.withResolvers<Outcome>();
    const { told, transitions, ended } = setUp([database], () => done.promise);
    ended(database, failed());
    expect(told).toEqual([]);
    done.resolve(failed('status', { diagnosis }));
    await expect.poll(() => told).toEqual(['postgres down']);
    expect(transitions).toMatchObject([{ outcome: { reason: 'status', diagnosis } }]);
  });

  test('is told of without it when it takes too long', async () => {
    const { clock, told, ended } = setUp([database], () => new Promise(() => {}));
    ended(database, failed());
    await clock.advance(holdBackMs - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['postgres down']);
  });

  test('keeps nothing of the diagnosis of an earlier failure', async () => {
    const first = Promise.withResolvers<Outcome>();
    const answers = [first.promise, Promise.resolve(failed('json'))];
    const { states, told, ended } = setUp(
      [database],
      () => answers.shift() ?? Promise.reject(new Error('asked again')),
    );
    ended(database, failed());
    ended(database, passed());
    ended(database, passed());
    ended(database, failed('status'));
    first.resolve(failed('status', { diagnosis }));
    await expect.poll(() => told).toEqual(['postgres down']);
    expect(states.of(database)).toMatchObject({ outcome: { reason: 'json' } });
  });
});

test('the others are counted as the world is told of them, through every change', () => {
  const { states, ended } = setUp();
  expect(states.others(database)).toEqual({ up: 0, down: 0 });
  ended(database, passed());
  ended(panel, passed());
  ended(shop, failed());
  expect(states.others(database)).toEqual({ up: 1, down: 1 });
  ended(database, failed());
  expect(states.others(panel)).toEqual({ up: 0, down: 2 });
  expect(states.others(database)).toEqual({ up: 1, down: 1 });
  states.configure([database, { ...panel, target: 'another' }], dependencies);
  expect(states.others(panel)).toEqual({ up: 0, down: 1 });
  ended(database, passed());
  ended(database, passed());
  expect(states.others(panel)).toEqual({ up: 1, down: 0 });
});

describe('a probe that others depend on', () => {
  test('is told of as up once they are: asked at once, and again, they need not wait for their interval', async () => {
    const { clock, states, asked, told, ended } = setUp();
    const all = [database, panel, shop];
    for (const probe of all) states.failing(probe);
    for (const probe of all) ended(probe, failed('connect_refused'));
    expect(told).toEqual(['postgres down', 'panel down', 'shop down']);
    await clock.advance(10_000);
    asked.length = 0;
    for (let i = 0; i < 2; i++) ended(database, passed());
    expect(states.of(database).status).toBe('down');
    expect(states.needsConfirming(database)).toBe(true);
    expect(asked.sort()).toEqual(['panel/ready from 10000', 'shop/live from 10000']);
    asked.length = 0;
    ended(panel, passed());
    await clock.advance(1_000);
    expect(asked).toEqual(['panel/ready from 11000']);
    ended(panel, passed());
    expect(told).toHaveLength(3);
    for (let i = 0; i < 2; i++) ended(shop, passed());
    expect(told.slice(3)).toEqual(['shop up', 'panel up', 'postgres up']);
  });

  test('is told of as up after half a minute, whatever they do', async () => {
    const { clock, states, told, ended } = setUp();
    for (const probe of [database, panel]) states.failing(probe);
    for (const probe of [database, panel]) ended(probe, failed());
    for (let i = 0; i < 2; i++) ended(database, passed());
    await clock.advance(followMs - 1);
    expect(told).toEqual(['postgres down', 'panel down']);
    await clock.advance(1);
    expect(told.at(-1)).toBe('postgres up');
    expect(states.of(panel).status).toBe('down');
    expect(clock.pending).toBe(0);
  });

  test('has been down all along when it fails again meanwhile', async () => {
    const { clock, states, told, transitions, ended } = setUp();
    const began = clock.now();
    for (const probe of [database, panel]) states.failing(probe);
    for (const probe of [database, panel]) ended(probe, failed());
    await clock.advance(5_000);
    for (let i = 0; i < 2; i++) ended(database, passed());
    await clock.advance(5_000);
    ended(database, failed());
    await clock.advance(60_000);
    expect(told).toEqual(['postgres down', 'panel down']);
    expect(states.of(database)).toMatchObject({ status: 'down', since: began });
    expect(transitions).toHaveLength(2);
  });
});
