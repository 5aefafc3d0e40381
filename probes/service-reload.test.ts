import { describe, expect, test } from 'vitest';
import type { Loaded } from './index.ts';
import type { Outcome } from './model.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { startByHand, startForTest } from './service-setup.ts';
import { failed, passed, samplePlan, sampleProbe } from './state/sample-probe.ts';

describe('a reload', () => {
  test('of a wrong configuration changes nothing, and says so', async () => {
    const { service, clock, loaded, value, lines } = await startByHand([{}]);
    await clock.advance(20_000);
    const runs = await value('watchpost_probe_runs_total', { verdict: 'pass' });
    expect(runs).toBeGreaterThan(3);
    loaded.current = { problem: 'watchpost.yaml:3:5: unknown key "evry"; did you mean "every"?' };
    const answer = await fetch(`${service.url}/-/reload`, { method: 'POST' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toBe('watchpost.yaml:3:5: unknown key "evry"; did you mean "every"?\n');
    expect(await value('watchpost_config_last_reload_successful')).toBe(0);
    expect(lines.at(-1)).toMatch(
      /the new configuration was refused; the one before stays in force\nwatchpost.yaml:3:5/,
    );
    await clock.advance(5_000);
    expect(await value('watchpost_probe_runs_total', { verdict: 'pass' })).toBe((runs ?? 0) + 1);
    expect(await value('watchpost_config_info', { hash: 'c0ffee'.repeat(10) })).toBe(1);
  });

  test('that throws changes nothing and is counted as a fault of ours', async () => {
    const clock = new ManualClock();
    const loads: Loaded[] = [{ plan: samplePlan({ probes: [sampleProbe()] }) }];
    const { service, value } = await startForTest(
      { current: { problem: '' } },
      {
        clock,
        load: async () => {
          const next = loads.shift();
          if (!next) throw new Error('the disk is gone');
          return next;
        },
      },
    );
    expect(await service.reload()).toEqual({
      ok: false,
      problem: 'the configuration could not be read: the disk is gone',
    });
    expect(await value('watchpost_internal_errors_total', { place: 'reload' })).toBe(1);
    expect(await value('watchpost_config_last_reload_successful')).toBe(0);
  });

  test('leaves unchanged probes running, counters and state and all, and exchanges the others', async () => {
    const { service, clock, state, loaded, planOf, value, series } = await startByHand([
      { probe: 'same' },
      { probe: 'slower' },
      { probe: 'moved' },
      { probe: 'gone' },
    ]);
    await clock.advance(20_000);
    state.broken = true;
    await clock.advance(20_000);
    const fails = await value('watchpost_probe_runs_total', { probe: 'same', verdict: 'fail' });
    for (const probe of ['same', 'slower', 'moved', 'gone'])
      expect(await value('watchpost_probe_down', { probe })).toBe(1);

    const plan = planOf(
      [{ probe: 'same' }, { probe: 'slower', everyMs: 30_000 }, { probe: 'moved', target: 'http://other' }],
      {
        hash: 'beef'.repeat(16),
      },
    );
    loaded.current = { plan };
    expect(await service.reload()).toEqual({ ok: true });
    expect(await value('watchpost_probe_runs_total', { probe: 'same', verdict: 'fail' })).toBe(fails);
    expect(await value('watchpost_probe_down', { probe: 'same' })).toBe(1);
    expect(await value('watchpost_probe_down', { probe: 'slower' })).toBe(1);
    expect(await value('watchpost_probe_interval_seconds', { probe: 'slower' })).toBe(30);
    expect(await value('watchpost_probe_down', { probe: 'moved', target: 'http://panel/moved' })).toBe(0);
    expect(await value('watchpost_probe_down', { probe: 'moved', target: 'http://other' })).toBeUndefined();
    expect(
      (await series()).filter(({ labels }) => labels.probe === 'gone').map(({ name, value: last }) => [name, last]),
    ).toEqual([['watchpost_probe_down', 0]]);
    expect(await value('watchpost_config_info', { hash: plan.hash })).toBe(1);
    expect((await series()).filter(({ name }) => name === 'watchpost_config_info')).toHaveLength(1);
  });

  test('does not touch a run that is under way, of a probe that has not changed', async () => {
    const answer = Promise.withResolvers<Outcome>();
    let runs = 0;
    const run = () => {
      runs++;
      return answer.promise;
    };
    const { service, clock, loaded, planOf, value } = await startByHand([{ run, everyMs: 60_000, timeoutMs: 30_000 }]);
    await clock.advance(5_000);
    expect(runs).toBe(1);
    loaded.current = {
      plan: planOf([{ run, everyMs: 60_000, timeoutMs: 30_000, severity: 'warning' }, { probe: 'new' }]),
    };
    await service.reload();
    answer.resolve(passed());
    await clock.advance(0);
    expect(runs).toBe(1);
    expect(await value('watchpost_probe_runs_total', { probe: 'ready', verdict: 'pass' })).toBe(1);
    expect(await value('watchpost_probe_down', { probe: 'ready', severity: 'warning' })).toBe(0);
  });

  test('runs a probe whose options have changed with the new ones', async () => {
    const { service, clock, loaded, planOf, value, lines } = await startByHand([{ run: async () => passed() }]);
    await clock.advance(10_000);
    loaded.current = { plan: planOf([{ run: async () => failed(), fingerprint: 'second' }]) };
    await service.reload();
    expect(lines.at(-1)).toMatch(/1 probes of 1 services, 1 of them new or changed$/);
    await clock.advance(10_000);
    expect(await value('watchpost_probe_runs_total', { verdict: 'fail' })).toBeGreaterThan(0);
  });
});
