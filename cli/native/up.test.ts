import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import { place } from '../../test/support/native-place.ts';
import { runWatchpost } from '../testing/run-watchpost.ts';
import { startWatchpost } from '../testing/running-watchpost.ts';

describe('on a machine with nothing but Node', () => {
  test('the probe service runs, says what is missing, and pages by itself', { timeout: 40_000 }, async () => {
    await using here = await place([]);
    const { target, slack, url, env } = here;
    await using up = await startWatchpost(here.arguments, env);
    await up.says(/Stop {2,}Ctrl-C/);
    expect(up.output()).toContain('starting natively (Docker is not installed)');
    expect(up.output()).toMatch(new RegExp(`probe service +running +${url('watchpost')}`));
    expect(up.output()).toMatch(/Prometheus +missing +apt-get install prometheus$/m);
    expect(up.output()).toMatch(/Alertmanager +missing +apt-get install prometheus-alertmanager$/m);
    expect(up.output()).toMatch(/Probes +1 of 1 passing/);
    expect(up.output()).not.toContain('Mailpit');
    target.answer(503);
    const page = await slack.waitFor(({ payload }) => JSON.stringify(payload).includes('app/live'));
    expect(JSON.stringify(page.payload)).toContain('503');
    target.answer(200);
    await slack.waitFor(({ payload }) => JSON.stringify(payload).includes('app/live is up again'));
    expect(slack.received).toHaveLength(2);
    expect(await up.stop('SIGINT')).toBe(0);
    expect(up.output()).toMatch(/stopped; nothing is left running\n$/);
  });

  test('a taken port names its owner, and nothing is started', { timeout: 90_000 }, async () => {
    await using here = await place([]);
    const port = Number(new URL(here.url('watchpost')).port);
    const server = createServer().listen(port, '127.0.0.1');
    const result = await runWatchpost(here.arguments, here.env);
    server.close();
    expect(result.code).toBe(1);
    expect(result.stderr).toContain(`port ${port}, which probe service needs, is taken by`);
    expect(result.stderr).toContain(`(pid ${process.pid})`);
  });

  test('a second start on the same data folder is refused, and `down` stops the first', {
    timeout: 90_000,
  }, async () => {
    await using here = await place([]);
    await using up = await startWatchpost(here.arguments, here.env);
    await up.says(/Stop {2,}Ctrl-C/);
    const second = await runWatchpost(here.arguments, here.env);
    expect(second).toMatchObject({ code: 1, stderr: expect.stringContaining(`is in use by process ${up.pid}`) });
    const down = await runWatchpost(['down', '--data', here.data], here.env);
    expect(down).toEqual({ code: 0, stdout: `stopped the native stack (process ${up.pid})\n`, stderr: '' });
    expect(await up.stop()).toBe(0);
  });
});
