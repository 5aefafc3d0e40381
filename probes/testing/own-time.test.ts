import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ownTime } from './own-time.ts';

test('what the thread waits for counts, and what it computes', async () => {
  expect(await most(() => ownTime(() => pause(300)))).toBeGreaterThan(150);
  const computing = () =>
    ownTime(async () => {
      await pause(10);
      const before = process.threadCpuUsage();
      // Time of the processor, which is this thread's alone.
      while (process.threadCpuUsage(before).user < 100_000);
      await pause(10);
    });
  expect(await most(computing)).toBeGreaterThan(60);
});

/** The most of several tries: on a busy machine part of each is time that the thread was not let run. */
async function most(measure: () => Promise<number>): Promise<number> {
  let largest = 0;
  for (let tries = 0; tries < 10 && largest < 150; tries++) largest = Math.max(largest, await measure());
  return largest;
}

test('the time for which the machine did not let the thread run does not', async () => {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const slept = ownTime(async () => {
    await pause(10);
    Atomics.wait(asleep, 0, 0, 300);
    await pause(10);
  });
  expect(await slept).toBeLessThan(250);
});
