import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { PlannedProbe } from '../model.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { startForTest } from '../service-setup.ts';
import { failed, inconclusive, passed, samplePlan, sampleProbe } from './sample-probe.ts';

const both = { hasAvailability: true, fastWithinMs: 300 } as const;

/** A service whose time is turned by hand, in a data folder that outlives it. */
async function start(data: string | undefined, clock: ManualClock, probes: readonly Partial<PlannedProbe>[]) {
  const planOf = (all: readonly Partial<PlannedProbe>[]) =>
    samplePlan({ probes: all.map((own) => sampleProbe({ everyMs: 5_000, confirm: 0, ...own })) });
  const loaded = { current: { plan: planOf(probes) } };
  const { service, series } = await startForTest(loaded, { clock, ...(data !== undefined && { data }) });
  const firstRuns = async () =>
    (await series())
      .filter(({ name }) => name === 'watchpost_slo_first_run_timestamp_seconds')
      .map(({ labels, value }) => [labels.service, labels.slo, value]);
  const reload = (all: readonly Partial<PlannedProbe>[]) => {
    loaded.current = { plan: planOf(all) };
    return service.reload();
  };
  return { firstRuns, reload, end: () => service[Symbol.asyncDispose]() };
}

const seconds = (clock: ManualClock) => Math.round(clock.now()) / 1_000;

describe('the first run of an objective', () => {
  test('is the first that counts for it: one that failed for availability, one that passed for latency', async () => {
    const clock = new ManualClock();
    const state = { outcome: inconclusive() };
    const { firstRuns } = await start(undefined, clock, [{ ...both, run: async () => state.outcome }]);
    await clock.advance(20_000);
    expect(await firstRuns()).toEqual([]);
    state.outcome = failed();
    await clock.advance(5_000);
    const [[service, slo, failedAt] = []] = await firstRuns();
    expect([service, slo]).toEqual(['panel', 'availability']);
    expect(await firstRuns()).toHaveLength(1);
    state.outcome = passed();
    await clock.advance(5_000);
    const all = await firstRuns();
    expect(all).toEqual([
      ['panel', 'availability', failedAt],
      ['panel', 'latency', expect.any(Number)],
    ]);
    expect(Number(all[1]?.[2])).toBeGreaterThan(Number(failedAt));
    expect(Number(all[1]?.[2])).toBeLessThanOrEqual(seconds(clock));
  });

  test('is kept over a restart, and of a service that is added later it is later', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'first-runs-'));
    const clock = new ManualClock();
    const first = await start(folder.path, clock, [both]);
    await clock.advance(10_000);
    const before = await first.firstRuns();
    expect(before).toHaveLength(2);
    await first.end();
    await clock.advance(3_600_000);
    const second = await start(folder.path, clock, [both, { service: 'shop', hasAvailability: true }]);
    expect(await second.firstRuns()).toEqual(before);
    await clock.advance(10_000);
    const after = await second.firstRuns();
    expect(after.slice(0, 2)).toEqual(before);
    expect(after.slice(2)).toEqual([['shop', 'availability', expect.any(Number)]]);
    expect(Number(after[2]?.[2])).toBeGreaterThan(Number(before[0]?.[2]) + 3_600);
  });

  test('is not changed by a probe that is renamed, nor by one that is removed', async () => {
    const clock = new ManualClock();
    const { firstRuns, reload } = await start(undefined, clock, [
      { ...both, probe: 'live' },
      { ...both, probe: 'ready' },
    ]);
    await clock.advance(10_000);
    const before = await firstRuns();
    await reload([{ ...both, probe: 'alive' }]);
    await clock.advance(10_000);
    expect(await firstRuns()).toEqual(before);
  });

  test('is that of the objective where it is added to a service that has long run', async () => {
    const clock = new ManualClock();
    const { firstRuns, reload } = await start(undefined, clock, [{}]);
    await clock.advance(3_600_000);
    expect(await firstRuns()).toEqual([]);
    const addedAt = seconds(clock);
    await reload([both]);
    await clock.advance(10_000);
    const all = await firstRuns();
    expect(all.map(([, slo]) => slo)).toEqual(['availability', 'latency']);
    for (const [, , at] of all) expect(Number(at)).toBeGreaterThanOrEqual(addedAt);
  });

  test('is forgotten with its objective, on disk too', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'first-runs-'));
    const clock = new ManualClock();
    const first = await start(folder.path, clock, [both]);
    await clock.advance(10_000);
    await first.reload([{ hasAvailability: true }]);
    expect((await first.firstRuns()).map(([, slo]) => slo)).toEqual(['availability']);
    await first.end();
    const second = await start(folder.path, clock, [both]);
    expect((await second.firstRuns()).map(([, slo]) => slo)).toEqual(['availability']);
  });

  test('that lies ahead, by a clock that was ahead, counts as now', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'first-runs-'));
    const ahead = new ManualClock();
    await ahead.advance(400 * 86_400_000);
    const first = await start(folder.path, ahead, [both]);
    await ahead.advance(10_000);
    await first.end();
    const clock = new ManualClock();
    const second = await start(folder.path, clock, [both]);
    await clock.advance(10_000);
    for (const [, , at] of await second.firstRuns()) expect(Number(at)).toBeLessThanOrEqual(seconds(clock));
  });
});
