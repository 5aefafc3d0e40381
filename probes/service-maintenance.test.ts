import { describe, expect, test } from 'vitest';
import type { MaintenanceWindow } from '../stack/maintenance.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { alertsOf, startByHand } from './service-setup.ts';
import { failed, passed } from './state/sample-probe.ts';

const start = new ManualClock().now();

/** From one minute after the start to six minutes after it. */
function deploy(services: readonly string[] = ['panel']): MaintenanceWindow {
  return { name: 'deploy', services, when: { fromMs: start + 60_000, toMs: start + 360_000 } };
}

describe('a maintenance window', () => {
  test('pages nobody while it lasts, and at once when what failed in it fails still', async () => {
    const { service, clock, state, lines, value, alertmanager } = await startByHand([{}], { maintenance: [deploy()] });
    await clock.advance(62_000);
    expect(await value('watchpost_service_maintenance', { service: 'panel' })).toBe(1);
    const counted = await value('watchpost_probe_runs_total', { verdict: 'pass' });
    state.broken = true;
    await clock.advance(290_000);
    expect(alertsOf(alertmanager)).toEqual([]);
    expect(await value('watchpost_probe_down')).toBe(0);
    expect(await value('probe_success')).toBe(0);
    expect(await value('watchpost_probe_runs_total', { verdict: 'fail' })).toBe(0);
    expect(await value('watchpost_probe_runs_total', { verdict: 'pass' })).toBe(counted);
    // The first is confirmed, which takes the place of the second.
    expect(await value('watchpost_probe_maintenance_runs_total', { verdict: 'fail' })).toBeGreaterThan(50);
    const [shown] = (await (await fetch(`${service.url}/api/v1/probes`)).json()) as readonly unknown[];
    const until = new Date(start + 360_000).toISOString();
    expect(shown).toMatchObject({ state: 'up', maintenance: { name: 'deploy', until } });
    expect(await (await fetch(service.url)).text()).toContain(`in maintenance &quot;deploy&quot; until ${until}`);

    await clock.advance(12_000);
    await expect.poll(() => alertsOf(alertmanager).length).toBeGreaterThan(0);
    expect(alertsOf(alertmanager)[0]?.labels).toMatchObject({ alertname: 'ProbeDown', service: 'panel' });
    expect(await value('watchpost_probe_down')).toBe(1);
    expect(await value('watchpost_service_maintenance', { service: 'panel' })).toBe(0);
    const said = lines.filter((line) => /maintenance|DOWN/.test(line)).map((line) => line.slice(25));
    expect(said).toEqual([
      `info  maintenance "deploy" until ${until}: nobody is paged for panel`,
      expect.stringContaining(
        'warn  panel/ready failed, not confirmed yet, in maintenance "deploy": the status is wrong',
      ),
      ...Array(4).fill(
        expect.stringContaining('warn  panel/ready is still failing, in maintenance "deploy": the status'),
      ),
      'warn  maintenance "deploy" of panel has ended: 0 of 1 probes pass; panel/ready: found status 503, expected status 200',
      expect.stringContaining('error panel/ready is DOWN: the status is wrong'),
    ]);
  });

  test('runs every probe at once when it ends, and leaves nothing behind of what passed by then', async () => {
    let runs = 0;
    const run = async () => (++runs === 2 ? failed() : passed());
    const { clock, lines, alertmanager } = await startByHand([{ everyMs: 600_000, confirm: 0, run }], {
      maintenance: [{ ...deploy(), when: { fromMs: start - 1, toMs: start + 700_000 } }],
    });
    await clock.advance(699_000);
    expect(runs).toBe(2);
    await clock.advance(2_000);
    expect(runs).toBe(3);
    expect(lines.at(-1)).toContain('maintenance "deploy" of panel has ended: 1 of 1 probes pass');
    await clock.advance(600_000);
    expect(alertsOf(alertmanager)).toEqual([]);
  });

  test('covers what depends on a service that is down in it, and nothing else', async () => {
    let broken = false;
    const run = async () => (broken ? failed() : passed());
    const dependencies = new Map([
      ['postgres', []],
      ['panel', ['postgres']],
      ['edge', []],
    ]);
    const { clock, alertmanager } = await startByHand(
      [
        { service: 'postgres', run },
        { service: 'panel', run },
        { service: 'edge', run },
      ],
      { maintenance: [deploy(['postgres'])], dependencies },
    );
    const paged = () => [...new Set(alertsOf(alertmanager).map(({ labels }) => labels.service))];
    await clock.advance(70_000);
    broken = true;
    await clock.advance(60_000);
    expect(paged()).toEqual(['edge']);
    await clock.advance(240_000);
    await expect.poll(paged).toEqual(['edge', 'postgres', 'panel']);
  });

  test('does not touch a page that is out, which ends when the probe passes', async () => {
    const { clock, state, value } = await startByHand([{}], { maintenance: [deploy()] });
    state.broken = true;
    await clock.advance(30_000);
    expect(await value('watchpost_probe_down')).toBe(1);
    await clock.advance(60_000);
    expect(await value('watchpost_probe_down')).toBe(1);
    state.broken = false;
    await clock.advance(12_000);
    expect(await value('watchpost_probe_down')).toBe(0);
  });

  test('that a reload takes away has ended', async () => {
    const { service, clock, state, loaded, planOf, lines, value } = await startByHand([{}], {
      maintenance: [deploy()],
    });
    await clock.advance(70_000);
    state.broken = true;
    await clock.advance(60_000);
    loaded.current = { plan: planOf([{}], { maintenance: [] }) };
    expect(await service.reload()).toEqual({ ok: true });
    await clock.advance(5_000);
    expect(lines.some((line) => line.includes('maintenance "deploy" of panel has ended: 0 of 1'))).toBe(true);
    expect(await value('watchpost_probe_down')).toBe(1);
    expect(await value('watchpost_service_maintenance')).toBeUndefined();
  });
});
