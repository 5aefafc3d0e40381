import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { countLines, stream } from '../../stack/logql.ts';
import { missing } from '../support/found.ts';
import { countIn, flush, pushLines } from '../support/log-lines.ts';
import { arrived, waitForPages } from '../support/pages.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';
import { startTarget } from '../support/target.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager', 'loki']);

const [minuteMs, hourMs, dayMs] = [60_000, 3_600_000, 86_400_000];
const names = [
  'crashing',
  'lost',
  'failing',
  'noisy',
  'gone',
  'writing',
  'nightly',
  'deploying',
  'attacked',
  'tried',
  'banning',
];
const many = (count: number, text: string) => Array.from({ length: count }, (_, i) => `${text} ${i}`);

/** Windows stay as they are, since lines can be of yesterday; only how often is looked, and for how long it must last. */
async function hasten(folder: string): Promise<void> {
  const rules = join(folder, 'loki/generated/rules/fake');
  for (const file of await readdir(rules)) {
    const text = await readFile(join(rules, file), 'utf8');
    await writeFile(
      join(rules, file),
      text.replace('interval: 1m', 'interval: 2s').replace(/for: [25]m$/gm, 'for: 6s'),
    );
  }
}

describe.skipIf(lacking)(`alerts about logs${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  let stack: Stack;
  let loki = '';
  let pushedAt = 0;

  beforeAll(async () => {
    const target = cleanup.use(await startTarget());
    const service = (name: string) =>
      `  ${name}: { team: ${name === 'lost' ? 'mailers' : 'ops'}, logs: { container: ${name} }, probes: { live: { http: "http://${hostName}:${target.port}/" } } }\n`;
    const [from, to] = [-minuteMs, hourMs].map((ms) =>
      new Date(Date.now() + ms).toISOString().slice(0, 16).concat('+00:00'),
    );
    stack = cleanup.use(
      await startStack({
        services: `${names.map(service).join('')}maintenance: [{ name: deploy, services: [deploying], from: ${from}, to: ${to} }]`,
        mailTeams: { mailers: 'mailers@example.org' },
        parts: ['loki'],
        awaitsLoki: true,
        arguments: { loki: ['-ruler.evaluation-interval=2s', '-ruler.poll-interval=2s'] },
        prepare: hasten,
      }),
    );
    loki = stack.url('loki');
    await waitForPages.settled(stack);
  }, 180_000);
  afterAll(() => cleanup.disposeAsync());

  const slackPage = (pattern: RegExp, timeoutMs: number) =>
    stack.slack.waitFor(({ payload }) => pattern.test(JSON.stringify(payload)), timeoutMs);
  const ofProbeService = async (metric: string) =>
    Number(
      new RegExp(`^${metric}\\{source="loki"\\} (\\S+)$`, 'm').exec(
        await (await fetch(`${stack.url('watchpost')}/metrics`)).text(),
      )?.[1],
    );

  test('the Watchdog alert comes back from the ruler, with a number that went into Loki as a record', async ({
    annotate,
  }) => {
    await expect
      .poll(() => ofProbeService('watchpost_alert_path_last_success_timestamp_seconds'), { timeout: 150_000 })
      .toBeGreaterThan(0);
    const seconds = await ofProbeService('watchpost_alert_path_seconds');
    expect(seconds).toBeLessThan(135);
    await annotate(`after ${seconds.toFixed(1)} s`);
  }, 160_000);

  test('lines arrive as the log collector would send them, those of yesterday too', async () => {
    const written = ['noisy', 'gone', 'writing'];
    await pushLines(loki, [
      { service: 'tried', agoMs: dayMs + minuteMs, lines: many(60, 'Failed password for root from 203.0.113.9 port') },
      ...written.map((service) => ({
        service,
        agoMs: dayMs + minuteMs,
        lines: many(30, 'cannot reach the stock of'),
        level: service === 'noisy' ? 'error' : 'info',
      })),
      ...[...written, 'nightly'].map((service) => ({
        service,
        agoMs: hourMs + minuteMs,
        lines: many(30, 'served'),
        level: 'info',
      })),
    ]);
    await flush(loki);
    for (const service of written) {
      await expect
        .poll(() => countIn(loki, countLines(stream({ service_name: service }), '15m', '1d')), { timeout: 60_000 })
        .toBe(30);
    }
    pushedAt = Date.now();
    await pushLines(loki, [
      { service: 'writing', agoMs: 0, lines: ['served'], level: 'info' },
      { service: 'noisy', agoMs: 0, lines: many(40, 'cannot reach the stock of'), level: 'error' },
      // As pino writes it.
      { service: 'failing', agoMs: 0, lines: many(40, '{"level":50,"msg":"no answer"} password=hunter2'), level: '50' },
      ...['attacked', 'tried'].map((service) => ({
        service,
        agoMs: 0,
        lines: many(30, 'Failed password for root from 203.0.113.7 port'),
      })),
      {
        service: 'banning',
        agoMs: 0,
        lines: [
          'fail2ban.actions [617]: NOTICE  [sshd] Ban 2001:db8::7',
          'fail2ban.actions [617]: NOTICE  [sshd] Unban 10.0.0.1',
        ],
      },
      ...['crashing', 'lost', 'deploying'].map((service) => ({
        service,
        agoMs: 0,
        lines: ['panic: dial postgres://panel:hunter2@db:5432/app', 'goroutine 1 [running]:'],
      })),
    ]);
  }, 90_000);

  test('a process that gives up, many errors and a log that ended are a message each, with what is needed', async ({
    annotate,
  }) => {
    const fatal = await slackPage(/crashing wrote that it gives up/, 60_000);
    const spike = await slackPage(/failing logs far more errors than usual/, 60_000);
    const silent = await slackPage(/No log line comes from gone any more/, 60_000);
    const [fatalText, spikeText, silentText] = [fatal, spike, silent].map(({ payload }) => JSON.stringify(payload));
    expect(fatalText).toContain(
      '1 of its lines of the last five minutes say that a process ended in an error: panic: dial postgres://[redacted]@db:5432/app.',
    );
    expect(spikeText).toContain('40 error lines in five minutes; at this time of yesterday 0 in as long: ');
    expect(spikeText).toContain('password=[redacted]');
    expect(silentText).toContain('Loki has had none of it for more than fifteen minutes');
    for (const [text = '', alert, service] of [
      [fatalText, 'LogFatal', 'crashing'],
      [spikeText, 'LogErrorSpike', 'failing'],
      [silentText, 'LogSourceSilent', 'gone'],
    ]) {
      expect(text).toContain(`https://watch.example.org/wp/runbooks/${alert}`);
      expect(text).toContain(`https://watch.example.org/d/watchpost-service?var-service=${service}`);
      expect(text).toContain('https://watch.example.org/am/#/silences/new?filter=');
      expect(text).not.toMatch(/hunter2|error expanding/);
    }
    await annotate(
      [fatal, spike, silent].map(({ at }) => `on Slack after ${((at - pushedAt) / 1_000).toFixed(1)} s`).join('; '),
    );
  }, 200_000);

  test('a team without Slack hears of it by e-mail', async ({ annotate }) => {
    const { at, mail, envelope } = await stack.mail.waitFor(
      ({ mail: { subject } }) => /lost wrote that it gives up/.test(subject ?? ''),
      60_000,
    );
    expect(envelope.to).toEqual(['mailers@example.org']);
    expect(mail.text).toContain('panic: dial postgres://[redacted]@db:5432/app');
    expect(mail.text).toContain('https://watch.example.org/wp/runbooks/LogFatal');
    expect(`${mail.text}${mail.html}`).not.toMatch(/hunter2|error expanding/);
    await annotate(`by e-mail after ${((at - pushedAt) / 1_000).toFixed(1)} s`);
  }, 70_000);

  test('logins that fail and an address that is shut out are a message each, with the address', async () => {
    const failing = JSON.stringify((await slackPage(/Many logins at attacked fail/, 60_000)).payload);
    expect(failing).toContain(
      '30 of its lines of the last ten minutes say that somebody was not let in; most of them came from 203.0.113.7 (30).',
    );
    const banned = JSON.stringify((await slackPage(/banning shuts addresses out/, 60_000)).payload);
    expect(banned).toContain('Fail2Ban banned 1 times in the last hour: 2001:db8::7 (sshd).');
  }, 130_000);

  test('who had as many errors yesterday, who writes, who was silent yesterday too, and who is in maintenance are no message', async () => {
    await waitForPages.forMs(35_000);
    const said = arrived(stack).slack.map(({ text }) => text.split('\n')[0]);
    expect(said.filter((line) => /noisy|writing|nightly|deploying|tried/.test(line ?? ''))).toEqual([]);
    const alerts = (await (await fetch(`${loki}/prometheus/api/v1/alerts`)).json()) as {
      data: { alerts: readonly { labels: Readonly<Record<string, string>> }[] };
    };
    const firing = alerts.data.alerts.map(({ labels }) => labels);
    const of = { team: 'ops', stack: 'test', environment: 'ci', severity: 'warning' };
    expect(firing.sort((a, b) => String(a.alertname).localeCompare(String(b.alertname)))).toEqual([
      { alertname: 'LogAddressBanned', service: 'banning', ...of },
      { alertname: 'LogAuthFailures', service: 'attacked', ...of },
      { alertname: 'LogErrorSpike', service: 'failing', ...of },
      { alertname: 'LogFatal', service: 'crashing', ...of },
      { alertname: 'LogFatal', service: 'lost', ...of, team: 'mailers' },
      { alertname: 'LogSourceSilent', service: 'gone', ...of },
      { alertname: 'Watchdog', source: 'loki', ...of, team: 'default', severity: 'none' },
    ]);
  }, 60_000);

  test('lines and errors are counted into Prometheus, by service and level', async () => {
    const recorded = async (series: string) => {
      const query = `${stack.url('prometheus')}/api/v1/query?query=${encodeURIComponent(series)}`;
      const answer = (await (await fetch(query)).json()) as {
        data: { result: readonly { metric: Readonly<Record<string, string>>; value: readonly [number, string] }[] };
      };
      return answer.data.result.map(({ metric: { __name__, ...labels }, value: [, value] }) => ({
        ...labels,
        value: Number(value),
      }));
    };
    await expect
      .poll(() => recorded('log:errors:ratio_rate5m{service="failing"}'), { timeout: 90_000 })
      .toEqual([{ service: 'failing', value: 1 }]);
    expect(await recorded('log:errors:ratio_rate5m{service="writing"}')).toEqual([{ service: 'writing', value: 0 }]);
    expect(await recorded('log:lines:rate5m{service="failing"}')).toEqual([
      { service: 'failing', level: 'unknown', value: expect.closeTo(40 / 300, 1) },
    ]);
  }, 100_000);

  test('the ruler tells Prometheus how it fares, by the names that LokiRulerFailing asks for', async () => {
    const metrics = await (await fetch(`${loki}/metrics`)).text();
    for (const name of [
      'loki_prometheus_rule_evaluation_failures_total',
      'loki_prometheus_notifications_dropped_total',
      'loki_ruler_config_last_reload_successful',
    ]) {
      expect(metrics).toMatch(new RegExp(`^${name}\\{`, 'm'));
    }
    const failures = [...metrics.matchAll(/^loki_prometheus_rule_evaluation_failures_total\{.*\} (\S+)$/gm)];
    expect(failures.map(([, count]) => Number(count))).toEqual(failures.map(() => 0));
  });

  test('where Loki is gone, the path from it is silent on every channel, and the other is not', async ({
    annotate,
  }) => {
    const stopped = Date.now();
    await stack.kill('loki');
    const page = await waitForPages.matching(stack, /The path of alerts from loki is silent/, 330_000);
    await annotate(`on Slack after ${((page.slack.at - stopped) / 1_000).toFixed(0)} s`);
    expect(page.slack.text).toContain('EndToEndReceiptStale');
    const silent = arrived(stack).slack.filter(({ text }) => text.includes('The path of alerts from'));
    expect(silent.filter(({ text }) => text.includes('from prometheus'))).toEqual([]);
  }, 340_000);
});
