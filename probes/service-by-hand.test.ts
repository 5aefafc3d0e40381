import { describe, expect, test } from 'vitest';
import type { Clock, Outcome, Run } from './model.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { alertsOf, startByHand, startForTest, until } from './service-setup.ts';
import { failed, samplePlan, sampleProbe } from './state/sample-probe.ts';
import { ownTime } from './testing/own-time.ts';

describe('posts', () => {
  test('come every 10 s while the probe is down, and none after it has recovered', async () => {
    const { clock, alertmanager, state } = await startByHand([{}]);
    await clock.advance(10_000);
    state.broken = true;
    await clock.advance(7_100);
    await alertmanager.count(1);
    for (const posts of [2, 3]) {
      await until(() => clock.pending >= 2);
      await clock.advance(10_000);
      await alertmanager.count(posts);
    }
    state.broken = false;
    await until(() => clock.pending >= 2);
    await clock.advance(5_000);
    await clock.advance(5_000);
    const posts = alertmanager.received.length;
    await clock.advance(120_000);
    expect(alertmanager.received).toHaveLength(posts);
    expect(new Set(alertsOf(alertmanager).map(({ startsAt }) => startsAt)).size).toBe(1);
  });

  test('are left to the rule where other locations probe the same', async () => {
    const { clock, state, value, alertmanager } = await startByHand([{ byQuorum: true }, { probe: 'dump' }]);
    state.broken = true;
    await clock.advance(20_000);
    expect(await value('watchpost_probe_down', { probe: 'ready' })).toBe(1);
    await expect.poll(() => alertsOf(alertmanager).length).toBeGreaterThan(0);
    expect(new Set(alertsOf(alertmanager).map(({ labels }) => labels.probe))).toEqual(new Set(['dump']));
  });
});

describe('the service', () => {
  test('does not start with a wrong configuration', async () => {
    await expect(startForTest({ current: { problem: 'watchpost.yaml:1:1: empty' } })).rejects.toThrow(
      'watchpost.yaml:1:1: empty',
    );
  });

  test('does not start on a taken port, and leaves nothing behind', async () => {
    const { service } = await startForTest({ current: { plan: samplePlan() } });
    const port = Number(new URL(service.url).port);
    const clock = new ManualClock();
    const second = startForTest(
      { current: { plan: samplePlan({ probes: [sampleProbe()] }) } },
      { clock, listen: { host: '127.0.0.1', port } },
    );
    await expect(second).rejects.toThrow(/EADDRINUSE/);
    expect(clock.pending).toBe(0);
  });

  test('is unhealthy while a probe does not run when it should, and names it', async () => {
    const manual = new ManualClock();
    const ahead = { ms: 0 };
    // Time that goes on while no timer fires: what a scheduler that has stopped looks like.
    const clock: Clock = {
      now: () => manual.now(),
      monotonic: () => manual.monotonic() + ahead.ms,
      after: (ms, callback) => manual.after(ms, callback),
    };
    const { service } = await startForTest(
      { current: { plan: samplePlan({ probes: [sampleProbe({ everyMs: 5_000 })] }) } },
      { clock },
    );
    await manual.advance(10_000);
    expect((await fetch(`${service.url}/-/healthy`)).status).toBe(200);
    ahead.ms = 60_000;
    const answer = await fetch(`${service.url}/-/healthy`);
    expect(answer.status).toBe(503);
    expect(await answer.text()).toMatch(
      /^overdue by more than intervals, time limits and re-checks explain, 1 in all: panel\/ready \(\d+ s\)\n$/,
    );
  });

  test('explains a probe without counting it or changing its state', async () => {
    const { service, clock, state, value } = await startByHand([{}]);
    await clock.advance(10_000);
    const runs = await value('watchpost_probe_runs_total', { verdict: 'pass' });
    state.broken = true;
    const body = await (await fetch(`${service.url}/debug/panel/ready`)).text();
    expect(body).toContain('verdict   fail');
    expect(await value('watchpost_probe_runs_total', { verdict: 'pass' })).toBe(runs);
    expect(await value('watchpost_probe_runs_total', { verdict: 'fail' })).toBe(0);
    expect(await value('watchpost_probe_down')).toBe(0);
  });

  test('counts what a prober throws as a fault of its own, never as a target that is down', async () => {
    const run = () => Promise.reject(new TypeError('x is undefined'));
    const { clock, value, lines } = await startByHand([{ run }]);
    await clock.advance(30_000);
    expect(await value('watchpost_internal_errors_total', { place: 'prober' })).toBeGreaterThan(3);
    expect(await value('watchpost_probe_runs_total', { verdict: 'fail' })).toBe(0);
    expect(await value('watchpost_probe_down')).toBeUndefined();
    expect(lines.filter((line) => line.includes('x is undefined')).length).toBeGreaterThan(0);
  });

  test('logs receipts, with a hint once an hour, and notes when the Watchdog came back', async () => {
    const { service, value, lines } = await startByHand([{}]);
    const post = (path: string, alertname: string) =>
      fetch(`${service.url}${path}`, {
        method: 'POST',
        body: JSON.stringify({
          receiver: 'default',
          status: 'firing',
          alerts: [
            {
              status: 'firing',
              labels: { alertname, service: 'panel' },
              annotations: { summary: 'panel/ready is down', description: 'found status 503.' },
              startsAt: '2026-11-23T03:00:00Z',
            },
          ],
        }),
      });
    await post('/api/v1/receipts', 'ProbeDown');
    await post('/api/v1/receipts', 'ProbeDown');
    expect(
      lines.filter((line) =>
        line.includes('page to "default": FIRING ProbeDown: panel/ready is down | found status 503.'),
      ),
    ).toHaveLength(2);
    expect(lines.filter((line) => line.includes('notify.slack'))).toHaveLength(1);
    expect(await value('watchpost_receipts_total', { status: 'firing' })).toBe(2);
    // No Prometheus is named: no Watchdog alert is awaited.
    expect(await value('watchpost_alert_path_awaited_since_timestamp_seconds')).toBeUndefined();
    expect(await value('watchpost_alert_path_nonce')).toBeUndefined();
  });

  test('stops in the middle of runs and posts, and leaves no timer', async () => {
    const run = ({ signal }: Run) =>
      new Promise<Outcome>((resolve) => signal.addEventListener('abort', () => resolve(failed('response_timeout'))));
    const { service, clock, alertmanager, value } = await startByHand([
      { run, confirm: 0 },
      { probe: 'live', run },
    ]);
    alertmanager.answer = 'hang';
    await clock.advance(8_000);
    await alertmanager.count(1);
    expect(await value('watchpost_probe_runs_total', { probe: 'ready', verdict: 'fail' })).toBeGreaterThan(0);
    expect(await ownTime(() => service[Symbol.asyncDispose]())).toBeLessThan(1_000);
    expect(clock.pending).toBe(0);
    expect(await service.reload()).toEqual({ ok: false, problem: 'the service is stopping' });
  });
});
