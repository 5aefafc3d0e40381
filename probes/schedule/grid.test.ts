import { describe, expect, test } from 'vitest';
import { firstSlot, gridOf, nextSlot, offsetIn, phase, slotFrom } from './grid.ts';

describe('phase', () => {
  test('is the same on every start, so that a restart moves no probe', () => {
    expect(phase({ service: 'panel', probe: 'ready' })).toBe(phase({ service: 'panel', probe: 'ready' }));
  });

  test('spreads a thousand probes evenly: no tenth of the interval has less than 70 or more than 130', () => {
    const tenths = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 1_000; i++) {
      const tenth = Math.floor(phase({ service: `service-${i % 50}`, probe: `probe-${i}` }) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    expect(tenths).toHaveLength(10);
    for (const count of tenths) expect(count).toSatisfy((n: number) => n >= 70 && n <= 130);
  });

  test.each([
    { name: 'a hyphen on either side', a: { service: 'a', probe: 'b-c' }, b: { service: 'a-b', probe: 'c' } },
    {
      name: 'a name moved from one side to the other',
      a: { service: 'ab', probe: 'c' },
      b: { service: 'a', probe: 'bc' },
    },
    { name: 'service and probe swapped', a: { service: 'x', probe: 'y' }, b: { service: 'y', probe: 'x' } },
  ])('tells names apart that would be one when joined: $name', ({ a, b }) => {
    expect(phase(a)).not.toBe(phase(b));
  });
});

describe('where a start falls', () => {
  const ids = Array.from({ length: 1_000 }, (_, i) => ({ service: `service-${i % 50}`, probe: `probe-${i}` }));

  test('is at its part of the interval, with those of the same fiftieth of a second', () => {
    for (const id of ids) {
      const [part, at] = [phase(id) * 1_000, offsetIn(id, 1_000)];
      expect(at % 20).toBe(0);
      expect(part - at).toSatisfy((ms: number) => ms >= 0 && ms < 20);
    }
  });
});

const grid = { originMs: 700, everyMs: 1_000 };

describe('a slot', () => {
  test.each([
    { name: 'before the first', ms: 0, slot: 700 },
    { name: 'on a slot', ms: 1_700, slot: 1_700 },
    { name: 'between two', ms: 1_701, slot: 2_700 },
  ])('is the next one, $name', ({ ms, slot }) => {
    expect(slotFrom(grid, ms)).toBe(slot);
  });

  test('a probe with a long interval has its first within a second, and then keeps to its grid', () => {
    const id = { service: 'panel', probe: 'certificate' };
    const hourly = gridOf(id, 3_600_000, 0);
    const first = firstSlot(id, hourly, 0);
    expect(first).toBeLessThan(1_000);
    expect(nextSlot(hourly, first, first + 80).skipped).toBe(0);
    expect(nextSlot(hourly, first, first + 80).dueMs).toBe(slotFrom(hourly, first + 1_800_000));
  });
});

test('of ten thousand probes that are new together, not many more begin in a second than later', () => {
  const firsts = Array.from({ length: 10_000 }, (_, i) => {
    const id = { service: 'panel', probe: `probe-${i}` };
    return firstSlot(id, gridOf(id, 10_000, 0), 0, i);
  });
  const inSecond = (second: number) => firsts.filter((ms) => Math.floor(ms / 1_000) === second).length;
  for (let second = 0; second < 10; second++) expect(inSecond(second)).toBeLessThan(1_300);
});

describe('the next slot', () => {
  test.each([
    { name: 'a short run is followed by the next', dueMs: 700, nowMs: 740, dueNext: 1_700, skipped: 0 },
    {
      name: 'a run that ends just past the next start is followed at once',
      dueMs: 700,
      nowMs: 1_750,
      dueNext: 1_700,
      skipped: 0,
    },
    {
      name: 'a run over one start and most of the interval skips it',
      dueMs: 700,
      nowMs: 2_300,
      dueNext: 2_700,
      skipped: 1,
    },
    { name: 'a stall over ten starts counts all of them', dueMs: 700, nowMs: 11_100, dueNext: 11_700, skipped: 10 },
    {
      name: 'starts that re-checks stood in for are not skipped ones',
      dueMs: 700,
      nowMs: 4_300,
      coveredFromMs: 1_200,
      dueNext: 4_700,
      skipped: 0,
    },
    {
      name: 'a start before the re-checks began is a skipped one',
      dueMs: 700,
      nowMs: 4_300,
      coveredFromMs: 2_000,
      dueNext: 4_700,
      skipped: 1,
    },
  ])('$name', ({ dueMs, nowMs, coveredFromMs, dueNext, skipped }) => {
    expect(nextSlot(grid, dueMs, nowMs, coveredFromMs)).toEqual({ dueMs: dueNext, skipped });
  });
});
