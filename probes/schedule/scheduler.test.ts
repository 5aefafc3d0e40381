import { describe, expect, onTestFinished, test } from 'vitest';
import type { Outcome, PlannedProbe, Run } from '../model.ts';
import { emptyMemory, failed, inconclusive, passed, sampleProbe } from '../state/sample-probe.ts';
import { firstSlot, gridOf, offsetIn } from './grid.ts';
import { ManualClock } from './manual-clock.ts';
import { type RunReport, Scheduler } from './scheduler.ts';

/** A scheduler on a clock turned by hand, and what it told its observer. */
function setUp(options: { down?: boolean } = {}) {
  const clock = new ManualClock();
  const reports: RunReport<PlannedProbe>[] = [];
  const events: string[] = [];
  const state = { down: options.down ?? false };
  const scheduler = new Scheduler<PlannedProbe>({
    clock,
    resolve: async () => [],
    memoryOf: () => emptyMemory,
    observer: {
      needsConfirming: () => !state.down,
      failing: (_, { reason }) => events.push(`failing: ${reason}`),
      ended: (report) => {
        reports.push(report);
        events.push(`ended: ${report.outcome.verdict}`);
      },
      skipped: (_, count) => events.push(`skipped: ${count}`),
      internal: (place) => events.push(`internal: ${place}`),
    },
  });
  onTestFinished(async () => {
    await Promise.all([scheduler[Symbol.asyncDispose](), clock.advance(100)]);
    expect(clock.pending).toBe(0);
  });
  return { clock, scheduler, reports, events, state };
}

/** A run that takes its time and then returns the next of the outcomes, the last one for ever. */
function takes(clock: ManualClock, ms: number, outcomes: readonly Outcome[] = [passed()]) {
  const left = [...outcomes];
  const starts: number[] = [];
  const run = async ({ signal }: Run): Promise<Outcome> => {
    starts.push(clock.monotonic());
    const { promise, resolve } = Promise.withResolvers<void>();
    using _timer = clock.after(ms, resolve);
    signal.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    return (left.length > 1 ? left.shift() : left[0]) ?? passed();
  };
  return { run, starts };
}

const every = 1_000;
const offset = offsetIn(sampleProbe(), every);

describe('the schedule', () => {
  test('starts every probe in its own place of the interval, within the first interval', async () => {
    const { clock, scheduler, reports } = setUp();
    const names = ['live', 'ready', 'login', 'search'];
    for (const probe of names) scheduler.set(sampleProbe({ probe, everyMs: every }));
    await clock.advance(every);
    const began = new Map(reports.map(({ task, decidedFromMs }) => [task.probe, decidedFromMs]));
    expect(began).toEqual(new Map(names.map((probe) => [probe, offsetIn({ service: 'panel', probe }, every)])));
    expect(new Set(began.values()).size).toBe(4);
  });

  test('does not drift, however long the runs take', async () => {
    const { clock, scheduler } = setUp();
    const { run, starts } = takes(clock, 437);
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 900, run }));
    await clock.advance(100 * every);
    expect(starts).toHaveLength(100);
    expect(starts.map((start, n) => Math.round((start - n * every) * 1_000) / 1_000)).toEqual(
      starts.map(() => Math.round(offset * 1_000) / 1_000),
    );
  });

  test('skips what an overrun run leaves no time for, and counts it', async () => {
    const { clock, scheduler, events } = setUp({ down: true });
    const { run } = takes(clock, 1_700, [failed('response_timeout')]);
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 5_000, run }));
    await clock.advance(offset + 4_000);
    expect(events).toEqual(['ended: fail', 'skipped: 1', 'ended: fail', 'skipped: 1']);
  });

  test('goes on after a prober that never returns: the deadline is not its own', async () => {
    const { clock, scheduler, events } = setUp({ down: true });
    let runs = 0;
    const run = () => (runs++ === 0 ? new Promise<Outcome>(() => {}) : Promise.resolve(passed()));
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500, run }));
    await clock.advance(offset + every);
    expect(events).toEqual(['internal: prober_late', 'ended: fail', 'ended: pass']);
  });

  test('goes on after an observer that throws, and counts it', async () => {
    const clock = new ManualClock();
    const places: string[] = [];
    let runs = 0;
    await using scheduler = new Scheduler<PlannedProbe>({
      clock,
      resolve: async () => [],
      memoryOf: () => emptyMemory,
      observer: {
        needsConfirming: () => true,
        failing: () => {},
        ended: () => {
          runs++;
          throw new Error('observer');
        },
        skipped: () => {},
        internal: (place) => places.push(place),
      },
    });
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500 }));
    await clock.advance(2 * every);
    expect(runs).toBe(2);
    expect(places).toEqual(['schedule', 'schedule']);
  });

  test('measures how late a start was', async () => {
    const { clock, scheduler, reports, events } = setUp();
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500 }));
    await clock.stall(offset + 3_140);
    expect(events).toEqual(['ended: pass', 'skipped: 2', 'ended: pass']);
    expect(reports.map(({ latenessMs }) => Math.round(latenessMs ?? -1))).toEqual([3_140, 140]);
  });

  test('stops what a replaced or removed probe was doing, and reports nothing of it', async () => {
    const { clock, scheduler, reports } = setUp();
    const { run, starts } = takes(clock, 400);
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500, run }));
    await clock.advance(offset + 100);
    expect(starts).toHaveLength(1);
    scheduler.remove(sampleProbe());
    await clock.advance(5_000);
    expect(starts).toHaveLength(1);
    expect(reports).toEqual([]);
  });

  test('names a probe that has not run when it should have', async () => {
    const { clock, scheduler } = setUp();
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500 }));
    await clock.advance(5_000);
    expect(scheduler.stuck()).toEqual([]);
    const before = clock.monotonic();
    // The clock has moved and no timer has fired: what a process that is not scheduled looks like.
    const stalled = clock.stall(30_000);
    expect(scheduler.stuck()).toMatchObject([{ task: { probe: 'ready' } }]);
    await stalled;
    expect(clock.monotonic() - before).toBe(30_000);
    expect(scheduler.stuck()).toEqual([]);
  });
});

describe('a fail', () => {
  test('counts once every re-check has repeated it, 1 s apart', async () => {
    const { clock, scheduler, reports, events } = setUp();
    const { run, starts } = takes(clock, 100, [failed('status'), failed('connect_refused'), failed('connect_timeout')]);
    scheduler.set(sampleProbe({ everyMs: 10_000, timeoutMs: 500, confirm: 2, run }));
    const first = firstSlot(sampleProbe(), gridOf(sampleProbe(), 10_000, 0), 0);
    await clock.advance(first + 2_299);
    expect(events).toEqual(['failing: status']);
    await clock.advance(2);
    expect(starts.map((start) => Math.round(start - first))).toEqual([0, 1_100, 2_200]);
    expect(events).toEqual(['failing: status', 'ended: fail']);
    expect(reports[0]).toMatchObject({
      scheduled: true,
      startedAt: new ManualClock().now() + first,
      outcome: { reason: 'connect_timeout' },
    });
  });

  test.each([
    { name: 'passes', recheck: passed(), verdict: 'pass' },
    { name: 'is inconclusive', recheck: inconclusive(), verdict: 'inconclusive' },
  ])('is not confirmed when a re-check $name, and the run counts as that', async ({ recheck, verdict }) => {
    const { clock, scheduler, reports, events } = setUp();
    const { run, starts } = takes(clock, 10, [failed(), recheck, failed()]);
    scheduler.set(sampleProbe({ everyMs: 60_000, timeoutMs: 500, confirm: 2, run }));
    await clock.advance(20_000);
    expect(starts).toHaveLength(2);
    expect(reports).toHaveLength(1);
    expect(events).toEqual(['failing: status', `ended: ${verdict}`]);
  });

  test('is confirmed at once with confirm: 0, and is told of as failing first', async () => {
    const { clock, scheduler, events } = setUp();
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500, confirm: 0, run: async () => failed() }));
    await clock.advance(offset + 1);
    expect(events).toEqual(['failing: status', 'ended: fail']);
  });

  test('is not re-checked while the probe is down: it is known', async () => {
    const { clock, scheduler, events } = setUp({ down: true });
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 500, run: async () => failed() }));
    await clock.advance(offset + 1);
    expect(events).toEqual(['ended: fail']);
  });

  test('has re-checks with a deadline each, and the starts that they cover are not skipped ones', async () => {
    const { clock, scheduler, events } = setUp();
    const { run, starts } = takes(clock, 60_000, [failed('response_timeout')]);
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 800, confirm: 2, run }));
    await clock.advance(offset + 4_401);
    expect(starts.map((start) => Math.round(start - offset))).toEqual([0, 1_800, 3_600]);
    expect(events).toEqual(['failing: response_timeout', 'ended: fail']);
    await clock.advance(600);
    expect(Math.round((starts[3] ?? 0) - offset)).toBe(5_000);
  });
});

describe('a run that is asked for', () => {
  test('begins at once, is not a scheduled one, and moves no start', async () => {
    const { clock, scheduler, reports } = setUp();
    const { run, starts } = takes(clock, 10);
    scheduler.set(sampleProbe({ everyMs: 20_000, timeoutMs: 500, run }));
    await clock.advance(8_000);
    const first = starts[0] ?? 0;
    scheduler.runNow(sampleProbe(), clock.monotonic());
    await clock.advance(100);
    expect(reports.map(({ scheduled }) => scheduled)).toEqual([true, false]);
    expect(starts[1]).toBe(8_000);
    await clock.advance(60_000);
    const grid = starts.slice(2).map((start) => Math.round(start - offsetIn(sampleProbe(), 20_000)) % 20_000);
    expect(first).toBeLessThan(5_000);
    expect(new Set(grid)).toEqual(new Set([0]));
  });

  test('is not needed when one that began late enough is under way', async () => {
    const { clock, scheduler, reports } = setUp();
    const { run } = takes(clock, 100);
    scheduler.set(sampleProbe({ everyMs: 20_000, timeoutMs: 500, run }));
    await clock.advance(8_000);
    scheduler.runNow(sampleProbe(), 8_000);
    await clock.advance(50);
    scheduler.runNow(sampleProbe(), 8_000);
    await clock.advance(1_000);
    expect(reports).toHaveLength(2);
  });

  test('follows the one under way when that began too early', async () => {
    const { clock, scheduler, reports } = setUp();
    const { run, starts } = takes(clock, 100);
    scheduler.set(sampleProbe({ everyMs: 20_000, timeoutMs: 500, run }));
    await clock.advance(8_000);
    scheduler.runNow(sampleProbe(), 8_000);
    await clock.advance(50);
    scheduler.runNow(sampleProbe(), clock.monotonic());
    await clock.advance(1_000);
    expect(reports).toHaveLength(3);
    expect(starts.slice(1)).toEqual([8_000, 8_100]);
  });

  test('stands for the start on the grid that falls into it, which is then not a skipped one', async () => {
    const { clock, scheduler, reports, events } = setUp();
    const { run, starts } = takes(clock, 400);
    scheduler.set(sampleProbe({ everyMs: every, timeoutMs: 900, run }));
    await clock.advance(offset + 800);
    scheduler.runNow(sampleProbe(), clock.monotonic());
    await clock.advance(500);
    expect(reports.map(({ scheduled }) => scheduled)).toEqual([true, true]);
    await clock.advance(1_000);
    expect(starts.map((start) => Math.round(start - offset))).toEqual([0, 800, 2_000]);
    expect(events).not.toContain('skipped: 1');
  });
});
