import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { reasons } from '../../stack/reasons.ts';
import { startFaultServer } from '../testing/fault-server.ts';
import { attempt } from './attempt-for-test.ts';
import { probers } from './index.ts';
import type { Prober } from './prober.ts';

/** How a value for `kind` names a peer on loopback. */
const valueFor: Readonly<Record<string, (port: number) => string>> = {
  http: (port) => `http://127.0.0.1:${port}/hang-before-headers`,
  tcp: (port) => `127.0.0.1:${port}`,
  tls: (port) => `127.0.0.1:${port}`,
};

const all: readonly Prober[] = probers;

describe.each(all)('the prober $kind', (prober) => {
  const value = (port: number) => valueFor[prober.kind]?.(port) ?? '';

  test('honours its deadline to 50 ms when the peer hangs, and releases its socket', async () => {
    await using peer = await startFaultServer({ hangAtAccept: true });
    const descriptors = readdirSync('/proc/self/fd').length;
    const began = performance.now();
    const outcome = await attempt(prober, value(peer.port), {}, { timeoutMs: 250 });
    expect(performance.now() - began).toBeLessThan(300);
    expect(outcome.durationMs).toBeLessThan(300);
    await expect.poll(() => peer.open(), { timeout: 1_000 }).toBe(0);
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(descriptors);
  });

  test('returns at once when its run is already over', async () => {
    await using peer = await startFaultServer({ hangAtAccept: true });
    const outcome = await attempt(prober, value(peer.port), {}, { signal: AbortSignal.abort() });
    expect(outcome.durationMs).toBeLessThan(50);
    expect(outcome.verdict).not.toBe('pass');
  });

  test('reports only metrics that it lists, and a reason of the closed list', async () => {
    await using peer = await startFaultServer();
    for (const port of [peer.port, 1]) {
      const outcome = await attempt(prober, value(port), {}, { timeoutMs: 250 });
      expect(Object.keys(reasons)).toContain(outcome.reason);
      expect(outcome.verdict).toBe(reasons[outcome.reason].verdict);
      expect(outcome.samples.filter(({ metric }) => !prober.metrics.includes(metric))).toEqual([]);
      expect(outcome.found.length).toBeLessThanOrEqual(160);
    }
  });

  test('leaves no descriptor behind after 200 failing attempts', async () => {
    const before = readdirSync('/proc/self/fd').length;
    for (let i = 0; i < 200; i++) await attempt(prober, value(1), {}, { timeoutMs: 250 });
    expect(readdirSync('/proc/self/fd').length).toBeLessThanOrEqual(before + 1);
  });

  test('describes itself and every option, and has a page', () => {
    expect(prober.describe).toMatch(/\.$/);
    for (const [name, schema] of Object.entries(prober.options.shape)) {
      expect({ name, described: Boolean((schema as { description?: string }).description) }).toEqual({
        name,
        described: true,
      });
    }
    expect(readdirSync(new URL(`./${prober.kind}/`, import.meta.url))).toContain('README.md');
  });
});
