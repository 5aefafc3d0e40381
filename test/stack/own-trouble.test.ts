import { readdirSync } from 'node:fs';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { planFromConfig } from '../../cli/plan-from-config.ts';
import { type RunningWatchpost, startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { loadConfig } from '../../config/index.ts';
import { systemClock } from '../../probes/clock.ts';
import { startService } from '../../probes/index.ts';
import { startZoneServer } from '../../probes/net/name-server-for-test.ts';
import { createResolver } from '../../probes/net/resolve.ts';
import { composeForTest } from '../support/generator-input.ts';
import { must, which } from '../support/shell.ts';

/** The prober's own trouble, made on purpose: no target may be called down for it. */

/** The targets answer from this process, which is not alone on the machine: only what lasts is a fail. */
const patient = 'every: 3s, timeout: 2500ms, confirm: 0';

const lacking = (await which('prlimit')) ? '' : ' (no program prlimit)';

describe('with targets that are well', () => {
  test('a process that is stopped again and again calls none of them down', async () => {
    // So many that one is always under way.
    await using here = await watch(24, patient);
    await here.passing();
    for (let i = 0; i < 6; i++) {
      process.kill(here.service.pid, 'SIGSTOP');
      await pause(4_000 + i * 330);
      process.kill(here.service.pid, 'SIGCONT');
      await pause(3_000);
    }
    await expect
      .poll(() => here.metrics(), { timeout: 10_000 })
      .toMatch(/^watchpost_service_failed_runs_total\{.*reason="event_loop"/m);
    expect(await here.metrics()).not.toMatch(/^watchpost_probe_down\{.* 1$/m);
    expect(await here.metrics()).not.toMatch(/^watchpost_probe_runs_total\{.*verdict="fail".* [1-9]/m);
    expect(here.service.output()).not.toContain(' is DOWN');
  }, 90_000);

  test.skipIf(lacking)(
    `a process without descriptors calls none of them down${lacking}`,
    async () => {
      await using here = await watch(4, patient);
      await here.passing();
      const { pid, url } = here;
      const limit = readdirSync(`/proc/${pid}/fd`).length + 4;
      await must('prlimit', ['--pid', String(pid), `--nofile=${limit}:${limit}`]);
      const { hostname, port } = new URL(url);
      const idle: Socket[] = [];
      for (let i = 0; i < 30; i++) idle.push(connect(Number(port), hostname).on('error', () => {}));
      await here.service.says(/inconclusive: the prober ran out of file descriptors/, 20_000);
      await pause(7_000);
      for (const socket of idle) socket.destroy();
      await expect.poll(() => here.metrics().catch(() => ''), { timeout: 20_000 }).toMatch(/reason="descriptors"/);
      expect(await here.metrics()).not.toMatch(/^watchpost_probe_down\{.* 1$/m);
      expect(here.service.output()).not.toContain(' is DOWN');
    },
    90_000,
  );

  test('a service whose name server has died calls none of them down', async () => {
    await using target = await startTarget();
    const zone = await startZoneServer((name) => (name === 'shop.example.org' ? [['A', '127.0.0.1', 0]] : 'nxdomain'));
    const lines: string[] = [];
    const source = configuration([`http://shop.example.org:${target.port}/`], 'every: 1s, timeout: 900ms, confirm: 0');
    await using service = await startService({
      load: async () => ({ plan: planOf(source) }),
      listen: { host: '127.0.0.1', port: 0 },
      direct: false,
      clock: systemClock,
      resolve: createResolver({ servers: [zone.address], hostsFile: '' }),
      runbook: async () => undefined,
      write: (line) => lines.push(line),
    });
    const metrics = async () => (await fetch(`${service.url}/metrics`)).text();
    await expect.poll(metrics, { timeout: 10_000 }).toMatch(/^probe_success\{.* 1$/m);
    await zone[Symbol.asyncDispose]();
    await expect.poll(metrics, { timeout: 15_000 }).toMatch(/reason="resolver"\} [3-9]/);
    expect(await metrics()).not.toMatch(/^watchpost_probe_down\{.* 1$/m);
    expect(lines.join('\n')).not.toContain(' is DOWN');
  }, 60_000);
});

describe('with a target', () => {
  // A multicast address: the system says at once, on every network and without one, that TCP cannot reach it.
  const dead = 'http://224.0.0.1:81/';

  test('out of reach and no references named, it is down', async () => {
    await using here = await watch([dead], 'every: 2s, timeout: 1s, confirm: 1');
    await here.service.says(/ is DOWN: /, 20_000);
    expect(await here.metrics()).toMatch(/^watchpost_probe_down\{.* 1$/m);
  }, 60_000);

  test('out of reach and references that are as well, it is inconclusive', async () => {
    await using here = await watch([dead], 'every: 2s, timeout: 1s, confirm: 1', 'references: ["224.0.0.2:443"]');
    await here.service.says(/inconclusive: the prober's own uplink is down/, 20_000);
    await expect.poll(() => here.metrics(), { timeout: 15_000 }).toMatch(/reason="uplink"\} [2-9]/);
    expect(await here.metrics()).not.toMatch(/^watchpost_probe_down\{.* 1$/m);
  }, 60_000);

  test('out of reach and one reference that answers, it is down', async () => {
    await using target = await startTarget();
    const references = `references: ["224.0.0.2:443", "127.0.0.1:${target.port}"]`;
    await using here = await watch([dead], 'every: 2s, timeout: 1s, confirm: 1', references);
    await here.service.says(/ is DOWN: /, 20_000);
  }, 60_000);
});

/** Answers after a moment, so that there is always something under way. */
async function startTarget(): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((socket) => {
    socket
      .on('error', () => {})
      .once('data', () => {
        setTimeout(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 4\r\nconnection: close\r\n\r\nwell'), 250);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

interface Watched extends AsyncDisposable {
  readonly service: RunningWatchpost;
  readonly pid: number;
  readonly url: string;
  metrics(): Promise<string>;
  /** Resolves once every target has passed. */
  passing(): Promise<void>;
}

/** A real probe service, with so many targets that are well, or with these. */
async function watch(targets: number | readonly string[], options: string, more = ''): Promise<Watched> {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await mkdtempDisposable(join(tmpdir(), 'trouble-')));
  const target = cleanup.use(await startTarget());
  const urls =
    typeof targets === 'number'
      ? Array.from({ length: targets }, (_, i) => `http://127.0.0.1:${target.port}/${i}`)
      : targets;
  const config = join(folder.path, 'watchpost.yaml');
  await writeFile(config, configuration(urls, options, more));
  const service = cleanup.use(await startWatchpost(['serve', '--config', config, '--listen', '127.0.0.1:0']));
  const [, url = ''] = await service.says(/^metrics: (http:\S+)\/metrics$/m);
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const moved = cleanup.move();
  return {
    service,
    pid: service.pid,
    url,
    metrics,
    passing: () =>
      expect
        .poll(async () => [...(await metrics()).matchAll(/^probe_success\{.* 1$/gm)].length, { timeout: 15_000 })
        .toBe(urls.length),
    [Symbol.asyncDispose]: () => moved.disposeAsync(),
  };
}

function configuration(urls: readonly string[], options: string, more = ''): string {
  const probes = urls.map((url, i) => `      p${i}: { http: "${url}", ${options} }\n`);
  return `stack: s\n${more}\nservices:\n  app:\n    probes:\n${probes.join('')}`;
}

function planOf(source: string) {
  const loaded = loadConfig(source, { file: 'watchpost.yaml', env: {}, mode: 'run' });
  if (!('config' in loaded)) throw new Error('the configuration of the test is wrong');
  return planFromConfig(loaded.config, composeForTest());
}
