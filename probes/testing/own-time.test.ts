import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { ownTime } from './own-time.ts';

test('what the thread waits for counts, and what it computes', async () => {
  expect(await ownTime(() => pause(300))).toBeGreaterThan(150);
  const computing = ownTime(async () => {
    await pause(10);
    const before = process.threadCpuUsage();
    // Time of the processor, which is this thread's alone.
    while (process.threadCpuUsage(before).user < 100_000);
    await pause(10);
  });
  expect(await computing).toBeGreaterThan(60);
});

test('the time for which the machine did not let the thread run does not', async () => {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const slept = ownTime(async () => {
    await pause(10);
    Atomics.wait(asleep, 0, 0, 300);
    await pause(10);
  });
  expect(await slept).toBeLessThan(250);
});
