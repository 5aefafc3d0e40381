import { expect, test } from 'vitest';
import type { Loaded } from './index.ts';
import type { Outcome, Plan, Run } from './model.ts';
import { ManualClock } from './schedule/manual-clock.ts';
import { startForTest } from './service-setup.ts';
import { failed, inconclusive, passed, samplePlan, sampleProbe } from './state/sample-probe.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

/** What a prober does with a target that says nothing: it waits until it is told to end. */
function silent({ signal }: Run): Promise<Outcome> {
  return new Promise((resolve) =>
    signal.addEventListener('abort', () => resolve(failed('response_timeout')), { once: true }),
  );
}

/** Every kind of trouble that a probe can have, once an hour or all the time; and a reload that moves one of them. */
function planOf(clock: ManualClock, hour: number): Plan {
  const isBadTime = () => (clock.monotonic() % hourMs) / minuteMs < 12;
  const probe = (name: string, run: (run: Run) => Promise<Outcome>, own = {}) =>
    sampleProbe({ probe: name, everyMs: 30_000, timeoutMs: 5_000, run, ...own });
  return samplePlan({
    hash: `hour ${hour}`,
    dependencies: new Map([
      ['panel', ['database']],
      ['database', []],
    ]),
    probes: [
      probe('steady', async () =>
        passed({ samples: [{ metric: 'probe_http_status_code', value: 200 }], traits: { server: 'nginx' } }),
      ),
      probe('flapping', async () => (isBadTime() ? failed() : passed())),
      probe('silent', silent, { everyMs: 10 * minuteMs }),
      probe('lost', async () => inconclusive(), { everyMs: 5 * minuteMs }),
      probe('broken', () => Promise.reject(new Error('a fault of the prober')), { everyMs: 20 * minuteMs }),
      probe('moving', async () => passed(), { target: `http://panel/${hour}`, fingerprint: `hour ${hour}` }),
      probe('query', async () => (isBadTime() ? failed('query') : passed()), { service: 'database' }),
    ],
  });
}

test('a day leaves nothing behind: no timer, no series, no record, and as much in the log as any other hour', async () => {
  const clock = new ManualClock();
  const loaded: { current: Loaded } = { current: { plan: planOf(clock, 0) } };
  const { service, lines, series, value } = await startForTest(loaded, { clock });

  const seen: { readonly timers: number; readonly series: number; readonly lines: number; readonly open: number }[] =
    [];
  for (let hour = 1; hour <= 24; hour++) {
    const before = lines.length;
    loaded.current = { plan: planOf(clock, hour) };
    expect(await service.reload()).toEqual({ ok: true });
    await clock.advance(hourMs - 15_000);
    const known = await series();
    expect(known.filter(({ labels }) => labels.probe === 'moving').map(({ labels }) => labels.target)).toEqual(
      expect.not.arrayContaining([`http://panel/${hour - 1}`]),
    );
    seen.push({
      timers: clock.pending,
      // Node's own timers and sockets of this very moment; `open` counts what is not of the moment.
      series: known.filter(({ name }) => name !== 'nodejs_active_resources').length,
      lines: lines.length - before,
      open: process.getActiveResourcesInfo().filter((kind) => !/^(?:TCPSocketWrap|Timeout|Immediate)/.test(kind))
        .length,
    });
    await clock.advance(15_000);
  }

  // The first hours differ: what has not happened yet has no series.
  const settled = seen.slice(3);
  expect(settled.filter((hour) => JSON.stringify(hour) !== JSON.stringify(settled[0]))).toEqual([]);
  // It was a day, and every kind of trouble was in it. One run more than the grid has: the first, which does not wait for it.
  expect(await value('watchpost_probe_runs_total', { probe: 'steady', verdict: 'pass' })).toBe(24 * 120 + 1);
  expect(await value('watchpost_probe_runs_total', { probe: 'flapping', verdict: 'fail' })).toBeGreaterThan(24 * 15);
  expect(await value('watchpost_probe_runs_total', { probe: 'silent', verdict: 'fail' })).toBeGreaterThan(130);
  expect(await value('watchpost_internal_errors_total', { place: 'prober' })).toBeGreaterThan(60);
  expect(lines.filter((line) => line.includes('panel/flapping is DOWN'))).toHaveLength(24);
  await service[Symbol.asyncDispose]();
  expect(clock.pending).toBe(0);
}, 60_000);
