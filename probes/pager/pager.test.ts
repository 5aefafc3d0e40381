import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { alertLinks, probeDownAnnotations, probeDownLabels } from '../../stack/alert.ts';
import { defaultUrls } from '../../stack/links.ts';
import { Secret } from '../../stack/secret.ts';
import { type MailSinkOptions, type MailTrouble, startMailSink } from '../../test/support/mail-sink.ts';
import { type SlackTrouble, startSlackSink } from '../../test/support/slack-sink.ts';
import type { Clock } from '../model.ts';
import { createAuthority } from '../testing/certificates.ts';
import { machineTime } from '../testing/machine-time.ts';
import type { Channels } from './channels.ts';
import { createPager, type Page } from './index.ts';

const subject = {
  ...{ service: 'panel', probe: 'ready', target: 'http://panel:39417/health/ready' },
  ...{ severity: 'critical', team: 'ops', stack: 'shop', environment: 'production' },
};
const startsAt = Date.UTC(2026, 10, 23, 2, 14, 7);
const now = startsAt + 180_000;
const failure = { reason: 'status', found: 'status 503', expected: 'status 200' };
const firing: Page = {
  status: 'firing',
  labels: probeDownLabels(subject),
  annotations: probeDownAnnotations(subject, failure, ['web'], defaultUrls),
  startsAt,
};
const resolved: Page = { ...firing, status: 'resolved', endsAt: startsAt + 185_000 };
const forever = new AbortController().signal;

describe('Slack', () => {
  const cases: readonly {
    readonly name: string;
    readonly troubles: readonly SlackTrouble[];
    readonly ok: boolean;
    readonly detail: string;
    readonly pausesMs?: readonly number[];
  }[] = [
    { name: 'takes a page at once', troubles: [], ok: true, detail: 'Slack took it' },
    {
      name: 'is asked again when it is out of order',
      troubles: [trouble(503, 'upstream'), trouble(500, '')],
      ok: true,
      detail: 'Slack took it (try 3)',
      pausesMs: [1_000, 3_000],
    },
    {
      name: 'is asked three times and no more',
      troubles: [trouble(503, ''), trouble(503, ''), trouble(503, '')],
      ok: false,
      detail: 'Slack answered 503 (try 3)',
      pausesMs: [1_000, 3_000],
    },
    {
      name: 'says how long to wait',
      troubles: [trouble(429, 'rate_limited', { 'retry-after': '7' })],
      ok: true,
      detail: 'Slack took it (try 2)',
      pausesMs: [7_000],
    },
    {
      name: 'says to wait longer than a page can',
      troubles: [trouble(429, 'rate_limited', { 'retry-after': '3600' })],
      ok: true,
      detail: 'Slack took it (try 2)',
      pausesMs: [10_000],
    },
    {
      name: 'knows no such webhook, and will not the next time',
      troubles: [trouble(404, 'no_service')],
      ok: false,
      detail: 'Slack answered 404: no_service',
    },
    {
      name: 'answers 200 and not ok: something else sits there',
      troubles: [trouble(200, '<html>Welcome</html>')],
      ok: false,
      detail: 'Slack answered 200: <html>Welcome</html>',
    },
    {
      name: 'sends elsewhere, and is not followed',
      troubles: [trouble(302, '', { location: 'http://127.0.0.1:1/' })],
      ok: false,
      detail: 'Slack answered 302',
    },
    {
      name: 'repeats the webhook URL, which stays secret',
      troubles: [trouble(403, 'invalid_token: /services/T0/B0/x')],
      ok: false,
      detail: 'Slack answered 403: invalid_token: [redacted]',
    },
  ];
  test.each(cases)('$name', async ({ troubles, ok, detail, pausesMs = [] }) => {
    await using sink = await startSlackSink();
    sink.trouble(...troubles);
    const clock = hastyClock();
    const [delivery] = await pagerTo({ slack: webhook(sink.url) }, clock).send(firing, forever);
    expect(delivery).toEqual({ channel: 'slack', ok, detail, durationMs: expect.any(Number) });
    expect(clock.pausesMs).toEqual(pausesMs);
    expect(sink.received.length).toBe(ok ? 1 : 0);
    expect(sink.refused).toEqual([]);
  });

  test('that never answers is given up after three limits', async () => {
    await using sink = await startSlackSink();
    const hang = { ...trouble(200, ''), hang: true };
    sink.trouble(hang, hang, hang);
    const clock = hastyClock({ limits: true });
    const [delivery] = await pagerTo({ slack: webhook(sink.url) }, clock).send(firing, forever);
    expect(delivery).toMatchObject({ ok: false, detail: 'no answer in 5 s (try 3)' });
  });

  test('that cannot be reached is told without its URL', async () => {
    const [delivery] = await pagerTo({ slack: webhook('http://127.0.0.1:1/services/T0/B0/x') }).send(firing, forever);
    expect(delivery).toMatchObject({ ok: false, detail: 'connect ECONNREFUSED 127.0.0.1:1 (try 3)' });
  });

  const urls = [
    { name: 'a public address', url: 'http://8.8.8.8/services/T0', detail: /^a webhook URL with http:\/\/ may only/ },
    {
      name: 'a public address as a number',
      url: 'http://134744072/',
      detail: /^a webhook URL with http:\/\/ may only/,
    },
    {
      name: 'a public IPv6 address',
      url: 'http://[2001:4860:4860::8888]/',
      detail: /^a webhook URL with http:\/\/ may/,
    },
    { name: 'another protocol', url: 'file:///etc/passwd', detail: /^the webhook URL is not a web address$/ },
    { name: 'no address', url: 'T0/B0/x', detail: /^the webhook URL is not a web address$/ },
    { name: 'an empty file', url: '\n', detail: /^the webhook URL is not a web address$/ },
  ];
  test.each(urls)('is not posted to in clear at $name', async ({ url, detail }) => {
    const [delivery] = await pagerTo({ slack: webhook(url) }).send(firing, forever);
    expect(delivery).toMatchObject({ ok: false, detail: expect.stringMatching(detail) });
    expect(delivery?.detail).not.toContain('T0');
  });

  test('may be a name of this machine, and the line end in its file does not count', async () => {
    await using sink = await startSlackSink();
    const slack = webhook(`http://localhost:${sink.port}/services/T0/B0/x\n`);
    expect(await pagerTo({ slack }).send(firing, forever)).toMatchObject([{ ok: true }]);
  });

  test('is not there when its secret is not', async () => {
    const slack = { webhookUrl: () => Promise.reject(new Error('ENOENT: /run/secrets/slack_webhook_url')) };
    const [delivery] = await pagerTo({ slack }).send(firing, forever);
    expect(delivery).toMatchObject({
      ok: false,
      detail: 'the webhook URL cannot be read: ENOENT: /run/secrets/slack_webhook_url',
    });
  });
});

describe('e-mail', () => {
  const login = { username: 'watchpost', password: 'a secret: 7' };
  const cases: readonly {
    readonly name: string;
    readonly sink?: MailSinkOptions;
    readonly email?: Partial<NonNullable<Channels['email']>>;
    readonly troubles?: readonly MailTrouble[];
    readonly ok: boolean;
    readonly detail: RegExp;
    readonly pausesMs?: readonly number[];
    readonly secure?: boolean;
  }[] = [
    { name: 'goes to a relay that asks for nothing', ok: true, detail: /^127\.0\.0\.1:\d+ took it$/ },
    {
      name: 'logs in where it has a name and a password',
      sink: { auth: login },
      email: { username: login.username, password: async () => new Secret(`${login.password}\n`) },
      ok: true,
      detail: /took it$/,
    },
    {
      name: 'does not try a wrong password again, and does not tell it',
      sink: { auth: login },
      email: { username: login.username, password: async () => new Secret('wr0ng') },
      ok: false,
      detail: /^127\.0\.0\.1:\d+: (?!.*wr0ng)Invalid login: 535 Invalid username or password$/,
    },
    {
      name: 'waits and comes again when it is told "later"',
      troubles: [{ code: 451, message: 'greylisted' }],
      ok: true,
      detail: /took it \(try 2\)$/,
      pausesMs: [1_000],
    },
    {
      name: 'takes a refusal for good',
      troubles: [{ code: 554, message: 'spam' }],
      ok: false,
      detail: /: Message failed: 554 spam$/,
    },
    {
      name: 'is not sent in clear where TLS is asked for',
      email: { requireTls: true },
      ok: false,
      detail: /STARTTLS/,
    },
    {
      name: 'is not sent to a server that nobody vouches for where TLS is asked for',
      sink: { tls: 'starttls' },
      email: { requireTls: true },
      ok: false,
      detail: /certificate.* \(try 3\)$/,
      pausesMs: [1_000, 3_000],
    },
    {
      name: 'takes TLS from anybody where it is not asked for',
      sink: { tls: 'starttls' },
      ok: true,
      detail: /took it$/,
      secure: true,
    },
  ];
  test.each(cases)('$name', async ({ sink, email, troubles = [], ok, detail, pausesMs = [], secure = false }) => {
    await using server = await startMailSink(sink);
    server.trouble(...troubles);
    const clock = hastyClock();
    const [delivery] = await pagerTo({ email: { ...mailbox(server.port), ...email } }, clock).send(firing, forever);
    expect(delivery).toEqual({ channel: 'email', ok, detail: expect.stringMatching(detail), durationMs: 0 });
    expect(clock.pausesMs).toEqual(pausesMs);
    expect(server.received.map((mail) => mail.secure)).toEqual(ok ? [secure] : []);
  });

  test('goes over TLS to a server that an authority vouches for', async () => {
    const authority = await createAuthority('test', machineTime());
    const certificate = await authority.issue({
      names: ['127.0.0.1'],
      notBefore: machineTime() - 60_000,
      notAfter: machineTime() + 60_000,
    });
    await using server = await startMailSink({ tls: 'starttls', certificate });
    const before = getCACertificates('default');
    setDefaultCACertificates([...before, authority.ca]);
    try {
      const email = { ...mailbox(server.port), requireTls: true };
      expect(await pagerTo({ email }).send(firing, forever)).toMatchObject([{ ok: true }]);
    } finally {
      setDefaultCACertificates(before);
    }
    expect(server.received).toMatchObject([{ secure: true }]);
  });

  test('reaches every mailbox, and says who sends it', async () => {
    await using server = await startMailSink();
    const email = { ...mailbox(server.port), to: ['a@example.org', 'B <b@example.org>'] };
    await pagerTo({ email }).send(firing, forever);
    const [received] = server.received;
    expect(received?.envelope).toEqual({ from: 'watchpost@example.org', to: ['a@example.org', 'b@example.org'] });
    expect(received?.mail.subject).toBe('🔴 panel/ready is down · production');
  });

  test('puts a page and its resolve into one thread, and gives the same page the same name', async () => {
    await using server = await startMailSink();
    const pager = pagerTo({ email: mailbox(server.port) });
    for (const page of [firing, resolved, firing]) await pager.send(page, forever);
    const [page, resolve, again] = server.received.map(({ mail }) => mail);
    expect(page?.inReplyTo).toMatch(/^<alert-[0-9a-f]{16}-2026-11-23@example\.org>$/);
    expect(page?.references).toBe(page?.inReplyTo);
    expect(resolve?.inReplyTo).toBe(page?.messageId);
    expect(resolve?.references).toEqual([page?.references, page?.messageId]);
    expect(again?.messageId).toBe(page?.messageId);
    expect(resolve?.messageId).not.toBe(page?.messageId);
  });
});

describe('a page', () => {
  test('that is critical goes to both channels, and one that hangs does not hold the other', async () => {
    await using slack = await startSlackSink();
    await using mail = await startMailSink();
    slack.trouble({ ...trouble(200, ''), hang: true });
    const stop = new AbortController();
    const sent = pagerTo({ slack: webhook(slack.url), email: mailbox(mail.port) }).send(firing, stop.signal);
    await mail.waitFor(() => true);
    // Mail is there and Slack still hangs. Whether the server's answer beats the stop is left open.
    stop.abort();
    expect(await sent).toMatchObject([
      { channel: 'slack', ok: false, detail: 'stopped before it was delivered' },
      { channel: 'email' },
    ]);
  });

  test('that is a warning goes to Slack only, and by mail where there is no Slack', async () => {
    await using slack = await startSlackSink();
    await using mail = await startMailSink();
    const warning = { ...firing, labels: probeDownLabels({ ...subject, severity: 'warning' }) };
    const email = mailbox(mail.port);
    expect(await pagerTo({ slack: webhook(slack.url), email }).send(warning, forever)).toMatchObject([
      { channel: 'slack' },
    ]);
    expect(mail.received).toEqual([]);
    expect(await pagerTo({ email }).send(warning, forever)).toMatchObject([{ channel: 'email', ok: true }]);
  });

  test('goes to its team', async () => {
    await using ops = await startSlackSink();
    const channels = (team: string): Channels =>
      team === 'ops' ? { slack: { ...webhook(ops.url), channel: '#ops' } } : {};
    const pager = createPager({ channels, clock: hastyClock() });
    expect(await pager.send(firing, forever)).toMatchObject([{ ok: true }]);
    expect(await pager.send({ ...firing, labels: { ...firing.labels, team: 'other' } }, forever)).toEqual([]);
    expect(ops.received).toMatchObject([{ payload: { channel: '#ops' } }]);
  });

  test('reads like this in Slack', async () => {
    await using slack = await startSlackSink();
    const pager = pagerTo({ slack: webhook(slack.url) });
    await pager.send({ ...firing, note: 'Sent by the probe service: Alertmanager does not answer.' }, forever);
    await pager.send(resolved, forever);
    const links = alertLinks(defaultUrls, { alertname: 'ProbeDown', service: 'panel', probe: 'ready' });
    // Half an hour before it began, and until now, or ten minutes after the end.
    const from = String(startsAt - 1_800_000);
    const timed = (url = '', to = 'now') => url.replace('now-1h', from).replace(/(to=|to%22%3A%22)now/, `$1${to}`);
    const actions = (to?: string) => [
      { type: 'button', text: 'Runbook', url: links.runbook_url },
      { type: 'button', text: 'Dashboard', url: timed(links.dashboard_url, to) },
      { type: 'button', text: 'Logs', url: timed(links.logs_url, to) },
      { type: 'button', text: 'Silence', url: links.silence_url },
    ];
    expect(slack.received.map(({ payload }) => payload)).toEqual([
      {
        attachments: [
          {
            title: '🔴 panel/ready is down · production',
            title_link: links.runbook_url,
            text: [
              'Found `status 503`, expected `status 200`.',
              'Since 02:14:07 UTC (3 min) · the status is wrong (status)',
              'Sent by the probe service: Alertmanager does not answer.',
              '*Target* `http://panel:39417/health/ready`',
              '*Affects* web',
              '*Do first* Open the runbook, then run the probe by hand: http://127.0.0.1:9815/debug/panel/ready',
            ].join('\n'),
            fallback: '🔴 panel/ready is down · production: Found status 503, expected status 200.',
            color: '#d92d20',
            mrkdwn_in: ['text'],
            actions: actions(),
          },
        ],
      },
      {
        attachments: [
          {
            title: '✅ panel/ready is up again after 3 min · production',
            title_link: links.runbook_url,
            text: [
              'From 02:14:07 to 02:17:12 UTC',
              'Had found `status 503`, expected `status 200`.',
              '*Target* `http://panel:39417/health/ready`',
            ].join('\n'),
            fallback: '✅ panel/ready is up again after 3 min · production: From 02:14:07 to 02:17:12 UTC',
            color: '#12955a',
            mrkdwn_in: ['text'],
            actions: actions(String(startsAt + 185_000 + 600_000)),
          },
        ],
      },
    ]);
  });
});

/** Time does not pass: pauses are over as soon as they begin, the limits of a try are never reached, unless told so. */
function hastyClock({ limits = false } = {}): Clock & { readonly pausesMs: readonly number[] } {
  const pausesMs: number[] = [];
  return {
    pausesMs,
    now: () => now,
    monotonic: () => 0,
    after(ms, callback) {
      const isLimit = ms === 5_000 || ms === 15_000;
      if (!isLimit) pausesMs.push(ms);
      const handle = isLimit && !limits ? undefined : setImmediate(callback);
      return { [Symbol.dispose]: () => clearImmediate(handle) };
    },
  };
}

function pagerTo(channels: Channels, clock: Clock = hastyClock()) {
  return createPager({ channels: () => channels, clock });
}

function webhook(url: string) {
  return { webhookUrl: async () => new Secret(url) };
}

function mailbox(port: number) {
  return { to: ['oncall@example.org'], from: 'watchpost@example.org', host: '127.0.0.1', port, requireTls: false };
}

function trouble(status: number, body: string, headers: Record<string, string> = {}): SlackTrouble {
  return { status, body, headers };
}
