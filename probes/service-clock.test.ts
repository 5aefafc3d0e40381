import { describe, expect, test } from 'vitest';
import { heartbeat } from './probers/heartbeat/heartbeat.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { alertsOf, startByHand } from './service-setup.ts';

const minute = 60_000;
const yearMs = 365 * 24 * 60 * minute;

async function startHeartbeat() {
  const value = heartbeat.value.parse({ every: '60m', grace: '10m' });
  const options = heartbeat.options.parse({});
  const started = await startByHand([
    {
      ...{ service: 'backup', probe: 'nightly', awaitsBeats: true, endpoints: [], everyMs: minute, confirm: 0 },
      run: (run) => heartbeat.probe(value, options, run),
    },
  ]);
  const { url } = started.service;
  const debug = async () => (await fetch(`${url}/debug/backup/nightly`)).text();
  const [, path = ''] = /Its job reports to http:\/\/[^/]+(\/heartbeat\/\w+)/.exec(await debug()) ?? [];
  const report = async (more = '') => void (await fetch(`${url}${path}${more}`, { method: 'POST' }));
  return { ...started, debug, report };
}

describe('a clock that was a year ahead and was set back', () => {
  test('does not keep a failure that was reported meanwhile: a success ends it', async () => {
    const { clock, debug, report } = await startHeartbeat();
    clock.set(yearMs);
    await report('/fail');
    clock.set(-yearMs);
    expect(await debug()).toContain('reason    beat_failed');
    await clock.advance(minute);
    await report();
    expect(await debug()).toContain('verdict   pass');
  });

  test('does not keep a job well that has succeeded meanwhile: it is missed as any other', async () => {
    const { clock, debug, report } = await startHeartbeat();
    clock.set(yearMs);
    await report();
    clock.set(-yearMs);
    expect(await debug()).toContain('verdict   pass');
    await clock.advance(65 * minute);
    expect(await debug()).toContain('last success 65 min ago');
    await clock.advance(6 * minute);
    expect(await debug()).toContain('found     the last success 71 min ago');
  });

  test('makes no duration of a run that began meanwhile', async () => {
    const { clock, debug, report } = await startHeartbeat();
    clock.set(yearMs);
    await report('/start');
    clock.set(-yearMs);
    await report();
    await clock.advance(5 * minute);
    expect(await debug()).toMatch(/last success 5 min ago$/m);
  });

  test('does not keep a maintenance window that ended meanwhile: what fails after it is paged for', async () => {
    const start = new ManualClock().now() + yearMs;
    const when = { fromMs: start, toMs: start + 200_000 };
    const maintenance = [{ name: 'deploy', services: ['panel'], when }];
    const { clock, state, alertmanager, lines } = await startByHand([{}], { maintenance });
    clock.set(yearMs);
    await clock.advance(300_000);
    expect(lines.some((line) => line.includes('maintenance "deploy" of panel has ended'))).toBe(true);
    clock.set(-yearMs);
    state.broken = true;
    await clock.advance(30_000);
    await expect.poll(() => alertsOf(alertmanager)[0]?.labels.alertname).toBe('ProbeDown');
  });

  test('leaves no alert that starts after its end, which Alertmanager refuses', async () => {
    const { clock, state, alertmanager, lines } = await startByHand([{}]);
    await clock.advance(20_000);
    clock.set(yearMs);
    state.broken = true;
    await clock.advance(20_000);
    await expect.poll(() => alertsOf(alertmanager).length).toBeGreaterThan(0);
    clock.set(-yearMs);
    const before = alertsOf(alertmanager).length;
    await clock.advance(20_000);
    await expect.poll(() => alertsOf(alertmanager).length).toBeGreaterThan(before);
    expect(alertsOf(alertmanager).filter(({ startsAt, endsAt }) => startsAt > endsAt)).toEqual([]);
    state.broken = false;
    await clock.advance(20_000);
    await expect.poll(() => lines.find((line) => line.includes('is up again'))).toContain('is up again after 0 ms');
  });

  test('leaves no deploy that no later one can take the place of', async () => {
    const { clock, service, series } = await startByHand([{}], { dependencies: new Map([['panel', []]]) });
    const deploy = async (version: string) =>
      void (await fetch(`${service.url}/api/v1/deploys`, {
        method: 'POST',
        body: JSON.stringify({ service: 'panel', version }),
      }));
    clock.set(yearMs);
    await deploy('1.4.2');
    clock.set(-yearMs);
    await clock.advance(60_000);
    await deploy('1.4.3');
    const deployed = (await series()).filter(({ name }) => name === 'watchpost_deployed_timestamp_seconds');
    expect(deployed.map(({ labels, value }) => [labels.version, value])).toEqual([['1.4.3', clock.now() / 1_000]]);
  });
});
