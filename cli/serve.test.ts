import { mkdtempDisposable, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startTarget } from '../test/support/target.ts';
import { startWatchpost } from './testing/running-watchpost.ts';

async function started() {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await mkdtempDisposable(join(tmpdir(), 'serve-')));
  const target = cleanup.use(await startTarget());
  const config = join(folder.path, 'watchpost.yaml');
  await writeFile(
    config,
    `stack: s
environment: e
services:
  app: { probes: { live: { http: "http://127.0.0.1:${target.port}/", every: 1s } } }
`,
  );
  const service = cleanup.use(await startWatchpost(['serve', '--config', config, '--listen', '127.0.0.1:0']));
  const [, url = ''] = await service.says(/^metrics: (http:\S+)\/metrics$/m);
  const moved = cleanup.move();
  return { service, config, url, [Symbol.asyncDispose]: () => moved.disposeAsync() };
}

async function metrics(url: string): Promise<string> {
  return await (await fetch(`${url}/metrics`)).text();
}

test('says what it probes, where its metrics are and where pages go, and stops within 3 s', async () => {
  await using here = await started();
  await here.service.says(/^pages: /m);
  expect(here.service.output()).toContain('probing: 1 probe of 1 service: app/live\n');
  expect(here.service.output()).toContain('alerts: posted nowhere (no --alertmanager)\n');
  expect(here.service.output()).toContain('pages: not sent from here (no --direct)\n');
  expect(await metrics(here.url)).toContain('watchpost_probe_info{service="app",probe="live"');
  const began = performance.now();
  expect(await here.service.stop('SIGTERM')).toBe(0);
  expect(performance.now() - began).toBeLessThan(3_000);
});

test('SIGHUP takes a new file, and a bad one leaves the one before in force', async () => {
  await using here = await started();
  const text = await readFile(here.config, 'utf8');
  await writeFile(here.config, text.replace('live:', 'alive:'));
  process.kill(here.service.pid, 'SIGHUP');
  await here.service.says(
    /1 probes of 1 services, 1 of them new or changed[\s\S]*1 probes of 1 services, 1 of them new/,
  );
  expect(await metrics(here.url)).toContain('watchpost_probe_info{service="app",probe="alive"');
  await writeFile(here.config, text.replace('live:', 'LIVE:'));
  process.kill(here.service.pid, 'SIGHUP');
  await here.service.says(/the new configuration was refused; the one before stays in force/);
  expect(await metrics(here.url)).toContain('watchpost_config_last_reload_successful 0');
  expect(await metrics(here.url)).toContain('watchpost_probe_info{service="app",probe="alive"');
});
