import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtempDisposable } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { run as runProgram } from '../../test/support/shell.ts';
import { startService } from '../index.ts';
import type { PlannedProbe } from '../model.ts';
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
async function start(data: string, clock: ManualClock, own: Partial<PlannedProbe> = {}) {
  const service = await startService({
    load: async () => ({ plan: samplePlan({ probes: [{ ...nightly, ...own }, sampleProbe()] }) }),
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
  return { stop, debug, path, ask, url: service.url };
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

const post = (body?: string): RequestInit => ({ method: 'POST', ...(body !== undefined && { body }) });
const cut = 'of the message the first 140 characters are kept';
const unread = 'expected one such as 754 (seconds), 12.5s or 1h30m: left out';

describe('what a job reports', () => {
  const reports: readonly {
    readonly name: string;
    readonly more?: string;
    readonly init?: RequestInit;
    readonly answer: string;
    readonly debug: string;
  }[] = [
    { name: 'a success', answer: '200 ok', debug: 'last success 60 s ago\n' },
    {
      name: 'a success with more words than a notification of Alertmanager may have',
      init: post('a line of the log\n'.repeat(300_000)),
      answer: `200 ok; ${cut}`,
      debug: `last success 60 s ago: ${'a line of the log '.repeat(6).trim()}`,
    },
    {
      name: 'a success with words that are no UTF-8, NUL among them',
      init: { method: 'POST', body: new Uint8Array([0xff, 0, 0x6f, 0x6b]) },
      answer: '200 ok',
      debug: 'last success 60 s ago: � ok',
    },
    {
      name: 'a success whose words are cut between two characters, not within one',
      init: post('💾'.repeat(200)),
      answer: `200 ok; ${cut}`,
      debug: `last success 60 s ago: ${'💾'.repeat(60)}`,
    },
    {
      name: 'a success with words in a URL longer than Node takes by itself',
      more: `?message=${'x'.repeat(60_000)}`,
      answer: `200 ok; ${cut}`,
      debug: `last success 60 s ago: ${'x'.repeat(130)}`,
    },
    {
      name: 'a success with half an escape in its words',
      more: '?message=90%',
      answer: '200 ok',
      debug: 'last success 60 s ago: 90%',
    },
    {
      name: 'a success and its seconds',
      more: '?duration=754',
      answer: '200 ok',
      debug: 'last success 60 s ago, after 13 min',
    },
    {
      name: 'a success and a fraction of seconds',
      more: '?duration=12.5s',
      answer: '200 ok',
      debug: 'last success 60 s ago, after 13 s',
    },
    {
      name: 'a success and a duration that nobody can read',
      more: '?duration=soon',
      answer: `200 ok; duration: found "soon", ${unread}`,
      debug: 'last success 60 s ago\n',
    },
    {
      name: 'a failure and a duration that nobody can read',
      more: '/fail?duration=-1&message=disk+full',
      answer: `200 ok; duration: found "-1", ${unread}`,
      debug: 'last failure 60 s ago: disk full',
    },
    { name: 'the exit status of a success', more: '/0', answer: '200 ok', debug: 'last success 60 s ago\n' },
    {
      name: 'the exit status of a failure, with its words',
      more: '/137',
      init: post('killed'),
      answer: '200 ok',
      debug: 'found     a failure reported 60 s ago: exit status 137: killed',
    },
    {
      name: 'the exit status of a failure on Windows',
      more: '/-1073741510',
      answer: '200 ok',
      debug: 'found     a failure reported 60 s ago: exit status -1073741510',
    },
    {
      name: 'by GET',
      more: '/1',
      init: { method: 'GET' },
      answer: '200 ok',
      debug: 'last failure 60 s ago: exit status 1',
    },
    {
      name: 'nothing by HEAD, which programs send that look at links',
      init: { method: 'HEAD' },
      answer: '200 ',
      debug: 'no success yet',
    },
    {
      name: 'nothing by HEAD of the URL of a failure',
      more: '/fail',
      init: { method: 'HEAD' },
      answer: '200 ',
      debug: 'no success yet',
    },
    {
      name: 'nothing by a word that we do not know',
      more: '/done',
      answer: '404 found "done", expected nothing, start, fail, or an exit status such as 0',
      debug: 'no success yet',
    },
  ];
  test.each(reports)('$name', async ({ more = '', init, answer, debug }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const clock = new ManualClock();
    const job = await start(folder.path, clock);
    expect(await job.ask(`${job.path}${more}`, init)).toBe(answer);
    await clock.advance(60_000);
    expect(await job.debug('backup/nightly')).toContain(debug);
  });

  test('a success is taken also where the job breaks off in the middle of its words', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const job = await start(folder.path, new ManualClock());
    const { host, hostname, port } = new URL(job.url);
    const socket = connect(Number(port), hostname);
    const head = `POST ${job.path} HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 100\r\n\r\n`;
    socket.end(`${head}all tables`);
    socket.resume();
    await once(socket, 'close');
    expect(await job.debug('backup/nightly')).toContain('last success 0 ms ago: all tables');
  });

  test('counts by POST alone where that is said', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const job = await start(folder.path, new ManualClock(), { beatsByPostOnly: true });
    for (const more of ['', '/start', '/fail', '/0', '/1']) {
      const answer = await job.ask(`${job.path}${more}`, { method: 'GET' });
      expect(answer).toBe('405 this job reports by POST alone (post_only)');
    }
    expect(await job.debug('backup/nightly')).toContain('no success yet');
    expect(await job.ask(job.path)).toBe('200 ok');
    expect(await job.debug('backup/nightly')).toContain('last success');
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

describe('the script in the README of the prober', () => {
  const readme = readFileSync(join(import.meta.dirname, '../probers/heartbeat/README.md'), 'utf8');
  const [, script = ''] = /```sh\n([\s\S]*?)```/.exec(readme) ?? [];
  const [, line = ''] = /or, in one line: `(.*?)`/.exec(readme) ?? [];
  const jobs = [
    { name: 'a job that succeeds', job: 'true', debug: 'last success' },
    { name: 'a job that fails', job: '(exit 3)', debug: 'found     a failure reported' },
  ];
  test.each(
    jobs.flatMap((job) => [
      { ...job, form: 'if … then … else', text: script },
      { ...job, form: 'the exit status', text: line },
    ]),
  )('$name, by $form', async ({ job, text, debug }) => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'beats-'));
    const { url, path, debug: ask } = await start(folder.path, new ManualClock());
    expect(text).toContain('pg_dump app > backup.sql');
    const command = text
      .replaceAll('http://127.0.0.1:9815/heartbeat/TOKEN', `${url}${path}`)
      .replaceAll('pg_dump app > backup.sql', job);
    const { code } = await runProgram('sh', ['-c', command]);
    expect(code).toBe(0);
    expect(await ask('backup/nightly')).toContain(debug);
  });
});
