import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { freePorts, startWatchpost } from '../../cli/testing/running-watchpost.ts';
import { startSlackSink } from '../support/slack-sink.ts';
import { startTarget } from '../support/target.ts';

test('with Alertmanager gone and Slack in trouble, pages wait on disk: a kill loses none of them and sends none twice', {
  timeout: 330_000,
}, async ({ annotate }) => {
  await using cleanup = new AsyncDisposableStack();
  const folder = cleanup.use(await mkdtempDisposable(join(tmpdir(), 'kept-')));
  const slack = cleanup.use(await startSlackSink());
  const names = ['shop', 'blog', 'wiki'];
  const targets = await Promise.all(names.map(async () => cleanup.use(await startTarget())));
  await mkdir(join(folder.path, 'secrets'));
  await writeFile(join(folder.path, 'secrets/slack'), slack.url);
  const config = join(folder.path, 'watchpost.yaml');
  const services = names.map(
    (name, i) =>
      `  ${name}: { probes: { ready: { http: "http://127.0.0.1:${targets[i]?.port}/", every: 1s, timeout: 500ms, confirm: 0, recover: 1 } } }\n`,
  );
  await writeFile(
    config,
    `stack: s\nservices:\n${services.join('')}notify: { slack: { webhook_url_file: ${join(folder.path, 'secrets/slack')} } }\n`,
  );
  // Nobody listens there.
  const [nobody] = await freePorts(1);
  const url = `http://127.0.0.1:${nobody}`;
  const args = ['serve', '--config', config, '--listen', '127.0.0.1:0', '--data', join(folder.path, 'data')];
  const start = () => startWatchpost([...args, '--alertmanager', url, '--prometheus', url]);

  slack.always({ status: 500, body: 'trouble' });
  const first = await start();
  await first.says(/probe service listens/);
  targets[0]?.answer(500);
  targets[1]?.answer(500);
  await first.says(/the paging path is broken: Alertmanager does not take alerts/, 130_000);
  await first.says(/page "shop\/ready is down" by slack was not delivered/, 60_000);
  // One is over before anybody heard of it.
  targets[1]?.answer(200);
  await first.says(/blog\/ready is up again/);
  await pause(1_000);
  await first.stop('SIGKILL');
  expect(slack.received).toEqual([]);

  const second = await start();
  await second.says(/by slack was not delivered/, 60_000);
  targets[2]?.answer(500);
  await second.says(/wiki\/ready is DOWN/);
  await pause(1_000);
  await second.stop('SIGKILL');
  expect(slack.received).toEqual([]);

  slack.always(undefined);
  const third = await start();
  const titles = () =>
    slack.received.map(({ payload }) => payload.attachments?.[0]?.title?.replace(/^\S+ | · .*$/g, ''));
  await expect.poll(() => titles().length, { timeout: 60_000 }).toBeGreaterThanOrEqual(4);
  const took = Date.now();
  targets[0]?.answer(200);
  await third.says(/resolve of "shop\/ready is down" by slack: Slack took it/, 30_000);
  await pause(5_000);
  await third.stop('SIGKILL');
  const said = titles()
    .map((title) => title?.replace(/after .*$/, 'after a while'))
    .toSorted();
  await annotate(
    `two kills, four messages kept, all delivered; ${Date.now() - took} ms later nothing more`,
    'measured',
  );
  expect(said).toEqual([
    'The paging path is broken: Alertmanager does not take alerts',
    'blog/ready is up again after a while',
    'shop/ready is down',
    'shop/ready is up again after a while',
    'wiki/ready is down',
  ]);
});
