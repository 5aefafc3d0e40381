import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { systemClock } from './clock.ts';

test('a timer of the system clock fires once, not before its time', async () => {
  const before = systemClock.monotonic();
  const { promise, resolve } = Promise.withResolvers<void>();
  systemClock.after(20, resolve);
  await promise;
  // Node rounds to whole milliseconds, and may be one early.
  expect(systemClock.monotonic() - before).toBeGreaterThan(18);
});

test('a timer that is disposed of never fires, however far ahead it was', async () => {
  const fired: string[] = [];
  const soon = systemClock.after(5, () => fired.push('soon'));
  // Beyond what a timer of Node takes: it would fire after 1 ms.
  const far = systemClock.after(30 * 86_400_000, () => fired.push('far'));
  soon[Symbol.dispose]();
  await sleep(20);
  far[Symbol.dispose]();
  expect(fired).toEqual([]);
});
