import { expect, test } from 'vitest';
import { Alarms } from './alarms.ts';
import { ManualClock } from './manual-clock.ts';

function setUp() {
  const clock = new ManualClock();
  const alarms = new Alarms(clock);
  const rung: (readonly [name: string, atMs: number])[] = [];
  const alarm = (name: string) => alarms.alarm(() => rung.push([name, clock.monotonic()]));
  return { clock, alarms, rung, alarm };
}

test('alarms go off in the order of their times, on one timer', async () => {
  const { clock, rung, alarm } = setUp();
  const times = [700, 20, 450, 3, 999, 450.2, 88, 21, 5_000, 64];
  for (const ms of times) alarm(String(ms)).set(ms);
  expect(clock.pending).toBe(1);
  await clock.advance(1_000);
  expect(rung.map(([name]) => Number(name))).toEqual(times.filter((ms) => ms <= 1_000).sort((a, b) => a - b));
  // None is late, and none earlier than the clock can tell.
  expect(rung.filter(([name, atMs]) => Math.abs(atMs - Number(name)) > 0.5)).toEqual([]);
  expect(clock.pending).toBe(1);
});

test('after a stall they go off some at a time, the first ones first, so that what is under way has its turn too', async () => {
  const clock = new ManualClock();
  let turn = 0;
  const alarms = new Alarms({
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, callback) =>
      clock.after(ms, () => {
        turn++;
        callback();
      }),
  });
  const rung: (readonly [ms: number, turn: number])[] = [];
  for (let ms = 99; ms >= 0; ms--) alarms.alarm(() => rung.push([ms / 1_000, turn])).set(ms / 1_000);
  await clock.advance(10);
  const inTurn = (number: number) => rung.filter(([, at]) => at === number).length;
  expect([1, 2, 3, 4].map(inTurn)).toEqual([32, 32, 32, 4]);
  expect(rung.map(([ms]) => ms)).toEqual(rung.map(([ms]) => ms).sort((a, b) => a - b));
});

test('an alarm that is set again goes off at the new time only', async () => {
  const { clock, rung, alarm } = setUp();
  const [sooner, later] = [alarm('sooner'), alarm('later')];
  sooner.set(500);
  later.set(100);
  sooner.set(50);
  later.set(900);
  await clock.advance(1_000);
  expect(rung).toEqual([
    ['sooner', 50],
    ['later', 900],
  ]);
  expect(clock.pending).toBe(0);
});

test('an alarm that is cancelled does not go off, wherever it stood', async () => {
  const { clock, rung, alarm } = setUp();
  const all = Array.from({ length: 50 }, (_, i) => ({ i, alarm: alarm(String(i)) }));
  for (const { i, alarm: one } of all) one.set(((i * 37) % 50) + 1);
  for (const { i, alarm: one } of all) if (i % 3 === 0) one.cancel();
  await clock.advance(100);
  expect(rung.map(([name]) => Number(name)).filter((i) => i % 3 === 0)).toEqual([]);
  expect(rung).toHaveLength(all.filter(({ i }) => i % 3 !== 0).length);
  expect(rung.map(([, atMs]) => atMs)).toEqual(rung.map(([, atMs]) => atMs).sort((a, b) => a - b));
});

test('an alarm may set itself again while it goes off, and one that throws takes no other with it', async () => {
  const { clock, alarms, rung, alarm } = setUp();
  const again = alarms.alarm(() => {
    rung.push(['again', clock.monotonic()]);
    if (rung.length < 3) again.set(clock.monotonic() + 10);
  });
  again.set(10);
  await clock.advance(100);
  expect(rung.map(([, atMs]) => atMs)).toEqual([10, 20, 30]);
  alarms
    .alarm(() => {
      throw new Error('broken');
    })
    .set(200);
  alarm('other').set(200);
  await expect(clock.advance(150)).rejects.toThrow('broken');
  await clock.advance(10);
  expect(rung.at(-1)?.[0]).toBe('other');
});

test('disposed, they leave no timer', () => {
  const { clock, alarms, alarm } = setUp();
  alarm('never').set(5);
  alarms[Symbol.dispose]();
  expect(clock.pending).toBe(0);
});
