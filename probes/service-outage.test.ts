import { describe, expect, test } from 'vitest';
import { alertsOf, startByHand } from './service-setup.ts';
import { failed, passed } from './state/sample-probe.ts';

/** Thirty services, each with one probe; those named fail. */
function services(broken: ReadonlySet<string>, count = 30) {
  const asked = new Map<string, number>();
  const probes = Array.from({ length: count }, (_, i) => {
    const service = `s${i}`;
    return {
      service,
      run: async () => {
        asked.set(service, (asked.get(service) ?? 0) + 1);
        return broken.has(service) ? failed('connect_unreachable') : passed();
      },
    };
  });
  return { probes, asked, all: probes.map(({ service }) => service) };
}

describe('many services that fail at once', () => {
  test('are told of before each of them, are one alert that names them, and end when they are up', async () => {
    const broken = new Set<string>();
    const { probes, all } = services(broken);
    const { clock, alertmanager, value, lines } = await startByHand(probes);
    await clock.advance(20_000);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(0);
    for (const service of all) broken.add(service);
    await clock.advance(20_000);
    await expect.poll(() => alertsOf(alertmanager).length).toBeGreaterThan(29);
    const [first, second] = alertsOf(alertmanager);
    expect(first?.labels).toMatchObject({ alertname: 'ProbeDown', service: 'many-services', severity: 'critical' });
    expect(first?.annotations.found).toMatch(/^30 of 30 services failing at once: s0, s1, s10, .* and 22 more$/);
    expect(second?.labels.service).toMatch(/^s\d+$/);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(1);
    expect(lines.filter((line) => line.includes('is DOWN'))[0]).toContain('many-services/at-once is DOWN');

    broken.clear();
    await clock.advance(15_000);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(0);
  });

  test('are asked as soon as two have failed, so that one page is enough where each is probed once a minute', async () => {
    const broken = new Set<string>();
    const { probes, all, asked } = services(broken);
    const { clock, lines } = await startByHand(probes.map((probe) => ({ ...probe, everyMs: 60_000 })));
    await clock.advance(61_000);
    asked.clear();
    for (const service of all) broken.add(service);
    while (!lines.some((line) => line.includes('is DOWN'))) await clock.advance(100);
    expect(asked.size).toBe(30);
    const down = lines
      .filter((line) => line.includes('is DOWN'))
      .map((line) => line.replace(/^.*error (\S+) .*$/, '$1'));
    expect(down[0]).toBe('many-services/at-once');
  });

  test('are no outage where it is only a few, or one after the other', async () => {
    const broken = new Set<string>();
    const { probes, all } = services(broken);
    const { clock, value } = await startByHand(probes);
    await clock.advance(20_000);
    for (const service of all.slice(0, 14)) broken.add(service);
    await clock.advance(20_000);
    expect(await value('watchpost_probe_down', { service: 's3' })).toBe(1);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(0);
    for (const service of all.slice(14)) {
      broken.add(service);
      await clock.advance(8_000);
    }
    expect(await value('watchpost_probe_down', { service: 's29' })).toBe(1);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(0);
  });

  test('are none where they all depend on one that is down: then that is the page', async () => {
    const broken = new Set<string>();
    const { probes, all } = services(broken, 101);
    const dependencies = new Map(all.map((service) => [service, service === 's0' ? [] : ['s0']]));
    const { clock, lines, value } = await startByHand(probes, { dependencies });
    await clock.advance(20_000);
    for (const service of all) broken.add(service);
    await clock.advance(20_000);
    expect(lines.filter((line) => line.includes('is DOWN'))).toHaveLength(101);
    expect(lines.find((line) => line.includes('is DOWN'))).toContain('s0/ready is DOWN');
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(0);
  });

  test('are no outage of four services', async () => {
    const broken = new Set<string>();
    const { probes, all } = services(broken, 4);
    const { clock, value } = await startByHand(probes);
    await clock.advance(20_000);
    for (const service of all) broken.add(service);
    await clock.advance(20_000);
    expect(await value('watchpost_probe_down', { service: 's3' })).toBe(1);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBeUndefined();
  });

  test('end a minute after most are up, so that who is still down is told of by itself', async () => {
    const broken = new Set<string>();
    const { probes, all } = services(broken);
    const { clock, value } = await startByHand(probes);
    await clock.advance(20_000);
    for (const service of all) broken.add(service);
    await clock.advance(20_000);
    for (const service of all.slice(1)) broken.delete(service);
    await clock.advance(40_000);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(1);
    await clock.advance(40_000);
    expect(await value('watchpost_probe_down', { service: 'many-services' })).toBe(0);
    expect(await value('watchpost_probe_down', { service: 's0' })).toBe(1);
  });

  test('that do not answer do not hold back a page for longer than two seconds', async () => {
    const hanging = Promise.withResolvers<ReturnType<typeof passed>>();
    let broken = false;
    const run = async () => (broken ? failed() : passed());
    const silent = async () => (broken ? await hanging.promise : passed());
    const { clock, lines } = await startByHand([
      ...Array.from({ length: 2 }, (_, i) => ({ service: `f${i}`, run, confirm: 0 })),
      ...Array.from({ length: 8 }, (_, i) => ({ service: `h${i}`, run: silent, timeoutMs: 60_000, everyMs: 120_000 })),
    ]);
    await clock.advance(12_000);
    broken = true;
    const began = clock.now();
    while (!lines.some((line) => line.includes('is DOWN'))) await clock.advance(100);
    expect(clock.now() - began).toBeLessThanOrEqual(5_000 + 2_100);
    hanging.resolve(passed());
  });
});
