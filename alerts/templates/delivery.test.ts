import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { systemClock } from '../../probes/clock.ts';
import { createPager, type Page } from '../../probes/pager/index.ts';
import { machineTime } from '../../probes/testing/machine-time.ts';
import { Secret } from '../../stack/secret.ts';
import { startMailSink } from '../../test/support/mail-sink.ts';
import { which } from '../../test/support/shell.ts';
import { startSlackSink } from '../../test/support/slack-sink.ts';
import { startAlertmanager } from '../testing/alertmanager.ts';
import { written } from '../testing/sample.ts';
import { emailReceiverFields, slackReceiverFields, templateFiles } from './index.ts';
import { down, hostile } from './testing/pages.ts';

const program = (await which('prometheus-alertmanager')) ?? (await which('alertmanager'));
/** Alertmanager counts by the machine's time, and so must everything beside it. */
const clock = { ...systemClock, now: machineTime };
const startsAt = machineTime() - 200_000;

const cases: readonly { readonly name: string; readonly page: Page }[] = [
  { name: 'a page', page: { ...down, startsAt } },
  { name: 'a page of a target that answers with an attack', page: { ...hostile, startsAt } },
  { name: 'a resolve', page: { ...down, status: 'resolved', startsAt, endsAt: startsAt + 190_000 } },
];

describe.skipIf(!program)('Alertmanager and the direct pager (needs Alertmanager on PATH)', () => {
  test.each(cases)('deliver the same message: $name', async ({ page }) => {
    await using slack = await startSlackSink();
    await using mail = await startMailSink();
    await using files = await written(templateFiles());
    const config = join(files.folder, 'alertmanager.yaml');
    await writeFile(config, configuration(files.folder, slack.url, mail.port));
    await mkdir(join(files.folder, 'data'));
    await using alertmanager = await startAlertmanager(program ?? '', config);

    if (page.status === 'resolved') {
      const { endsAt, ...firing } = page;
      await post(alertmanager.url, { ...firing, status: 'firing' });
      expect(endsAt).toBeGreaterThan(page.startsAt);
      await Promise.all([slack.waitFor(() => true), mail.waitFor(() => true)]);
    }
    await post(alertmanager.url, page);
    const word = page.status === 'resolved' ? 'up again' : '🔴';
    const posted = await slack.waitFor(({ payload }) => payload.attachments?.[0]?.title?.includes(word) ?? false);
    const mailed = await mail.waitFor(({ mail: { subject } }) => subject?.includes(word) ?? false);

    const pager = createPager({ clock, channels: () => channels(slack.url, mail.port) });
    const deliveries = await pager.send(page, AbortSignal.timeout(10_000));
    expect(deliveries.map(({ channel, ok }) => ({ channel, ok }))).toEqual([
      { channel: 'slack', ok: true },
      { channel: 'email', ok: true },
    ]);
    expect(slack.refused).toEqual([]);
    const direct = slack.received.at(-1)?.payload;
    // Alertmanager has a page of its own for links that the alert lacks, and these empty fields.
    expect({ ...direct?.attachments?.[0], actions: [], title_link: '', callback_id: '', footer: '' }).toEqual({
      ...posted.payload.attachments?.[0],
      ...{ actions: [], title_link: '' },
    });
    expect(direct?.channel).toBe(posted.payload.channel);
    expect(essence(mail.received.at(-1))).toEqual(essence(mailed));
  });
});

type Received = Awaited<ReturnType<Awaited<ReturnType<typeof startMailSink>>['waitFor']>>;

function essence(received: Received | undefined): unknown {
  if (!received) return undefined;
  const { mail, envelope } = received;
  const header = (name: string) => mail.headers.get(name);
  return {
    envelope,
    subject: mail.subject,
    text: mail.text,
    html: mail.html,
    lines: [...mail.headers.keys()].filter((name) => /^(?:bcc|cc|x-)/.test(name)),
    list: header('list'),
    alert: decoded(String(header('x-watchpost-alert'))),
    automatic: header('auto-submitted'),
    isThreaded: mail.references !== undefined && mail.inReplyTo !== undefined,
  };
}

/** The parser leaves an unknown header as it came: in encoded words (RFC 2047) where the sender found them necessary. */
function decoded(value: string): string {
  return value
    .replaceAll(/\?=\s+=\?/g, '?==?')
    .replaceAll(/=\?utf-8\?q\?(.*?)\?=/gi, (_, word: string) =>
      decodeURIComponent(word.replaceAll('%', '=25').replaceAll('_', ' ').replaceAll('=', '%')),
    );
}

async function post(url: string, { labels, annotations, startsAt: began, endsAt }: Page): Promise<void> {
  const alert = {
    ...{ labels, annotations, startsAt: new Date(began).toISOString() },
    ...(endsAt === undefined ? {} : { endsAt: new Date(endsAt).toISOString() }),
  };
  const response = await fetch(`${url}/api/v2/alerts`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify([alert]),
  });
  expect(response.status).toBe(200);
}

function channels(webhookUrl: string, port: number) {
  return {
    slack: { webhookUrl: async () => new Secret(webhookUrl), channel: '#alerts' },
    email: { to: ['oncall@example.org'], from: 'watchpost@example.org', host: '127.0.0.1', port, requireTls: false },
  };
}

function configuration(folder: string, webhookUrl: string, port: number): string {
  return stringify({
    templates: [join(folder, 'alerts/generated/templates/*.tmpl')],
    route: { receiver: 'all', group_by: ['alertname'], group_wait: '0s', group_interval: '1s', repeat_interval: '1h' },
    receivers: [
      {
        name: 'all',
        slack_configs: [{ send_resolved: true, api_url: webhookUrl, channel: '#alerts', ...slackReceiverFields() }],
        email_configs: [
          {
            ...{ send_resolved: true, to: 'oncall@example.org', from: 'watchpost@example.org' },
            ...{ smarthost: `127.0.0.1:${port}`, require_tls: false, ...emailReceiverFields() },
          },
        ],
      },
    ],
  });
}
