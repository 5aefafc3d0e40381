import { mkdtempDisposable } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { startService } from '../index.ts';
import { attempt } from '../probers/attempt-for-test.ts';
import { heartbeat } from '../probers/heartbeat/heartbeat.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import { samplePlan, sampleProbe } from '../state/sample-probe.ts';

const hour = 3_600_000;
const value = heartbeat.value.parse({ every: '24h', grace: '2h' });
const options = heartbeat.options.parse({});
const nightly = sampleProbe({
  ...{ service: 'backup', probe: 'nightly', awaitsBeats: true, endpoints: [], everyMs: 60_000, confirm: 0 },
  run: (run) => heartbeat.probe(value, options, run),
});

/** A service with a data folder, and the URL of its job. */
async function start(data: string, clock: ManualClock) {
  const service = await startService({
    load: async () => ({ plan: samplePlan({ probes: [nightly, sampleProbe()] }) }),
    listen: { host: '127.0.0.1', port: 0 },
    direct: false,
    data,
    clock,
    resolve: async () => [],
    runbook: async () => undefined,
    write: () => {},
  });
  const stop = () => Promise.all([service[Symbol.asyncDispose](), clock.advance(100)]);
  onTestFinished(async () => void (await stop()));
  const debug = async (probe: string) => (await fetch(`${service.url}/debug/${probe}`)).text();
  const [, path = ''] = /Its job reports to http:\/\/[^/]+(\S+)/.exec(await debug('backup/nightly')) ?? [];
  const ask = async (more: string, init: RequestInit = { method: 'POST' }) => {
    const answer = await fetch(`${service.url}${more}`, init);
    return `${answer.status} ${(await answer.text()).trim()}`;
  };
  return { stop, debug, path, ask };
}

describe('the URL of a job', () => {
  test('takes a success, a start and a failure, by POST and by GET, and nothing else', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const clock = new ManualClock();
    const { debug, path, ask } = await start(folder.path, clock);
    expect(path).toMatch(/^\/heartbeat\/[0-9a-f]{32}$/);
    expect(await ask(`${path}/start`)).toBe('200 ok');
    await clock.advance(90_000);
    expect(await ask(path)).toBe('200 ok');
    expect(await debug('backup/nightly')).toContain('last success 0 ms ago, after 90 s');
    expect(await ask(`${path}/fail`, { method: 'POST', body: 'pg_dump:\n disk full' })).toBe('200 ok');
    expect(await debug('backup/nightly')).toContain('a failure reported 0 ms ago: pg_dump: disk full');
    await clock.advance(1);
    expect(await ask(`${path}?duration=12m`, { method: 'GET' })).toBe('200 ok');
    expect(await debug('backup/nightly')).toContain('verdict   pass');
    expect(await ask(`${path}?duration=soon`)).toBe('400 duration: expected one such as 12m or 1h30m');
    expect(await ask('/heartbeat/00000000000000000000000000000000')).toBe('404 no job has this token');
    expect(await debug('panel/ready')).not.toContain('/heartbeat/');
  });

  test('is the same after a restart, which neither forgets a beat nor begins the waiting anew', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const clock = new ManualClock();
    const before = await start(folder.path, clock);
    expect(await before.ask(before.path)).toBe('200 ok');
    await before.stop();
    const after = await start(folder.path, clock);
    expect(after.path).toBe(before.path);
    await clock.advance(25 * hour);
    expect(await after.debug('backup/nightly')).toContain('verdict   pass');
    await after.stop();
    await clock.advance(2 * hour);
    const again = await start(folder.path, clock);
    expect(await again.debug('backup/nightly')).toContain('the last success 27 h ago');
  });

  test('is a secret: neither metrics nor the list of probes have it', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const { path, ask } = await start(folder.path, new ManualClock());
    const token = path.split('/')[2] ?? '';
    for (const page of ['/metrics', '/api/v1/probes', '/']) {
      expect(await ask(page, { method: 'GET' })).not.toContain(token);
    }
  });
});

test('one missed beat is not masked by the judgement of the one before', async () => {
  const clock = new ManualClock();
  const beats = { awaitedSince: clock.now(), success: { at: clock.now() } };
  const memory = { recall: () => undefined, remember: () => {}, beats: () => beats };
  const verdicts: string[] = [];
  for (let hours = 0; hours <= 96; hours += 6) {
    const at = clock.now() + hours * hour;
    verdicts.push((await attempt(heartbeat, { every: '24h', grace: '2h' }, {}, { memory, now: () => at })).verdict);
  }
  expect(verdicts).toEqual([...Array(5).fill('pass'), ...Array(12).fill('fail')]);
});
