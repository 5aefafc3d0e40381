import { mkdir, mkdtempDisposable, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startMailSink } from '../test/support/mail-sink.ts';
import { startSlackSink } from '../test/support/slack-sink.ts';
import { runWatchpost } from './testing/run-watchpost.ts';

const services =
  'stack: s\nenvironment: e\nservices:\n  app: { probes: { live: { http: "http://127.0.0.1:1/" } } }\n  db: { team: data, probes: { port: { tcp: "127.0.0.1:1" } } }\n';

async function configuration(notify: string, secrets: Readonly<Record<string, string>>) {
  const folder = await mkdtempDisposable(join(tmpdir(), 'page-'));
  await mkdir(join(folder.path, 'secrets'));
  for (const [name, value] of Object.entries(secrets))
    await writeFile(join(folder.path, 'secrets', name), `${value}\n`);
  const file = join(folder.path, 'watchpost.yaml');
  await writeFile(file, services + notify);
  return { file, [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose]() };
}

test('a page and its resolve arrive on every channel, those of the teams included', async () => {
  await using slack = await startSlackSink();
  await using data = await startSlackSink();
  await using mail = await startMailSink();
  await using config = await configuration(
    `notify:
  slack: { webhook_url_file: /run/secrets/slack_webhook_url }
  email: { to: [oncall@example.org], from: w@example.org, smarthost: "127.0.0.1:${mail.port}", require_tls: false }
  teams: { data: { slack: { webhook_url_file: /run/secrets/data_webhook_url } } }
`,
    { slack_webhook_url: slack.url, data_webhook_url: data.url },
  );
  const result = await runWatchpost(['page', '--test', '--config', config.file]);
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const lines = result.stdout.split('\n').map((line) => line.trim().split(/ {2,}/).slice(0, 4).join(' | '));
  expect(lines.slice(0, 7)).toEqual([
    'TEAM | CHANNEL | WHAT | RESULT',
    'default | slack | page | delivered',
    'default | email | page | delivered',
    'default | slack | resolve | delivered',
    'default | email | resolve | delivered',
    'data | slack | page | delivered',
    'data | slack | resolve | delivered',
  ]);
  expect([slack, mail, data].map(({ received }) => received.length)).toEqual([2, 2, 2]);
  expect(JSON.stringify(slack.received[0]?.payload)).toContain('This is a test page');
});

test('one channel that fails is told with the reason, and the others are still served', async () => {
  await using mail = await startMailSink();
  await using config = await configuration(
    `notify:
  slack: { webhook_url_file: /run/secrets/slack_webhook_url }
  email: { to: [oncall@example.org], from: w@example.org, smarthost: "127.0.0.1:${mail.port}", require_tls: false }
`,
    {},
  );
  const result = await runWatchpost(['page', '--test', '--config', config.file]);
  expect(result).toMatchObject({ code: 1, stderr: '2 of 4 deliveries failed\n' });
  expect(result.stdout).toMatch(/slack +page +failed .*cannot read the secret file .*slack_webhook_url: no such file/);
  expect(mail.received).toHaveLength(2);
});

test('without a channel it says so, and how to name one', async () => {
  await using config = await configuration('', {});
  const result = await runWatchpost(['page', '--test', '--config', config.file]);
  expect(result).toMatchObject({ code: 1, stdout: '' });
  expect(result.stderr).toContain('names no channel, so a page would reach nobody');
});
