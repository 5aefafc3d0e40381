import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { recheckAfterMs } from '../stack/probe-timing.ts';
import { Secret } from '../stack/secret.ts';
import { startSlackSink } from '../test/support/slack-sink.ts';
import type { Outcome, Run } from './model.ts';
import { createResolver } from './net/resolve.ts';
import { http } from './probers/http/http.ts';
import { httpOptions, httpValue } from './probers/http/options.ts';
import { alertsOf, startForTest, startTestReceiver, until } from './service-setup.ts';
import { failed, passed, samplePlan, sampleProbe } from './state/sample-probe.ts';
import { createAuthority } from './testing/certificates.ts';
import { ownTime } from './testing/own-time.ts';

/** A target that can be broken, and probes that really ask it. */
async function startTarget() {
  const state = { status: 200 };
  const server = createServer((_, response) => response.writeHead(state.status).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const run = async ({ signal }: Run): Promise<Outcome> => {
    const { status } = await fetch(url, { signal });
    return status === 200 ? passed() : failed('status', { found: `status ${status}` });
  };
  return { state, run, url };
}

test('a probe by HTTPS has at most 20 series, up or down', async () => {
  const now = Date.now();
  const authority = await createAuthority('test', now);
  const identity = await authority.issue({ names: ['localhost'], notBefore: now - 60_000, notAfter: now + 86_400_000 });
  const state = { status: 200 };
  const server = createHttpsServer(identity, (_, response) => response.writeHead(state.status).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const folder = await mkdtemp(join(tmpdir(), 'watchpost-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'ca.pem'), authority.ca);
  const target = httpValue.parse(`https://localhost:${(server.address() as AddressInfo).port}/`);
  const options = httpOptions.parse({ ca_file: join(folder, 'ca.pem') });
  const probe = sampleProbe({
    everyMs: 2_000,
    timeoutMs: 2_000,
    confirm: 0,
    run: (run) => http.probe(target, options, run),
  });
  const { series, value } = await startForTest(
    { current: { plan: samplePlan({ probes: [probe] }) } },
    { resolve: createResolver({}) },
  );
  const ofProbe = async () => (await series()).filter(({ labels }) => labels.probe === 'ready');

  await until(async () => (await value('probe_success')) === 1);
  const up = await ofProbe();
  expect(up.map(({ name }) => name)).toContain('probe_ssl_earliest_cert_expiry');
  expect(up.filter(({ name }) => name === 'probe_http_duration_seconds').map(({ labels }) => labels.phase)).toEqual([
    'resolve',
    'connect',
    'tls',
    'processing',
    'transfer',
  ]);
  expect(up.length).toBeLessThanOrEqual(20);
  state.status = 503;
  await until(async () => (await value('watchpost_probe_down')) === 1);
  const down = await ofProbe();
  expect(down.map(({ name }) => name)).toContain('watchpost_probe_failing_info');
  expect(down.length).toBeLessThanOrEqual(20);
});

test('a broken target is posted within two intervals and the re-check, the database before the panel that needs it', async () => {
  const [target, alertmanager, loki] = [await startTarget(), await startTestReceiver(), await startTestReceiver()];
  const probe = { everyMs: 200, timeoutMs: 200, confirm: 1, run: target.run, target: target.url };
  const plan = samplePlan({
    probes: [
      sampleProbe({ ...probe, service: 'panel' }),
      sampleProbe({ ...probe, service: 'postgres', probe: 'query' }),
    ],
    dependencies: new Map([
      ['panel', ['postgres']],
      ['postgres', []],
    ]),
  });
  const { service, value, lines } = await startForTest(
    { current: { plan } },
    { alertmanager: alertmanager.url, otlpLogs: `${loki.url}/otlp` },
  );
  await until(async () => (await value('watchpost_probe_down', { service: 'panel' })) === 0);

  target.state.status = 503;
  const brokenAt = Date.now();
  const took = await ownTime(() =>
    until(() => alertsOf(alertmanager).some(({ labels }) => labels.service === 'panel')),
  );
  const pagedAt = Date.now();
  expect(took).toBeLessThan(2_500);
  const alerts = alertsOf(alertmanager);
  // The database is posted along with what it mutes.
  expect([...new Set(alerts.map(({ labels }) => labels.service))]).toEqual(['postgres', 'panel']);
  expect(alerts[0]?.labels).toEqual({
    alertname: 'ProbeDown',
    service: 'postgres',
    probe: 'query',
    target: target.url,
    severity: 'critical',
    team: 'ops',
    stack: 'sample',
    environment: 'test',
  });
  expect(alerts[0]?.annotations).toMatchObject({ found: 'status 503', expected: 'status 200', affects: 'panel' });
  const [startsAt = '', endsAt = ''] = [alerts[0]?.startsAt, alerts[0]?.endsAt];
  // When the first run failed, a whole pause before the re-check that confirmed it.
  expect(Date.parse(startsAt)).toBeGreaterThanOrEqual(brokenAt - probe.timeoutMs);
  expect(pagedAt - Date.parse(startsAt)).toBeGreaterThanOrEqual(recheckAfterMs);
  expect(Date.parse(endsAt) - Date.now()).toBeGreaterThan(58_000);
  expect(await value('watchpost_probe_down', { service: 'panel' })).toBe(1);
  expect(await value('watchpost_fast_path_posts_total', { result: 'ok' })).toBeGreaterThan(0);

  target.state.status = 200;
  await until(async () => (await value('watchpost_probe_down', { service: 'panel' })) === 0);
  await until(async () => (await value('watchpost_probe_down', { service: 'postgres' })) === 0);
  expect(alertsOf(alertmanager).every(({ endsAt }) => Date.parse(endsAt) > brokenAt + 58_000)).toBe(true);

  await service[Symbol.asyncDispose]();
  await expect(fetch(service.url)).rejects.toThrow();
  const told = lines.map((line) => line.slice(25)).filter((line) => /DOWN|up again/.test(line));
  expect(told).toHaveLength(4);
  expect(told[0]).toMatch(
    /^error postgres\/query is DOWN: the status is wrong \(found status 503, expected status 200\)/,
  );
  const stored = JSON.stringify(loki.received);
  for (const event of ['started', 'config_loaded', 'probe_failed', 'probe_down', 'probe_recovered', 'stopping']) {
    expect(stored).toContain(`{"key":"event","value":{"stringValue":"${event}"}}`);
  }
});

test('without an Alertmanager the page and the resolve go out from here, one each', async () => {
  const [target, slack] = [await startTarget(), await startSlackSink()];
  onTestFinished(() => slack[Symbol.asyncDispose]());
  const probe = { everyMs: 200, timeoutMs: 200, confirm: 1, run: target.run, target: target.url };
  const plan = samplePlan({
    probes: [
      sampleProbe({ ...probe, service: 'panel' }),
      sampleProbe({ ...probe, service: 'postgres', probe: 'query' }),
    ],
    dependencies: new Map([
      ['panel', ['postgres']],
      ['postgres', []],
    ]),
    notify: { default: { slack: { webhookUrl: async () => new Secret(slack.url) } }, teams: {} },
  });
  const { value, lines } = await startForTest({ current: { plan } }, { direct: true });
  await until(async () => (await value('watchpost_probe_down', { service: 'panel' })) === 0);
  target.state.status = 503;
  await until(() => slack.received.length === 1);
  target.state.status = 200;
  await until(() => slack.received.length === 2);
  await until(async () => (await value('watchpost_probe_down', { service: 'panel' })) === 0);
  const titles = slack.received.map(({ payload }) => payload.attachments?.[0]?.title);
  expect(titles).toEqual([
    '🔴 postgres/query is down · test',
    expect.stringMatching(/^✅ postgres\/query is up again after .* · test$/),
  ]);
  expect(await value('watchpost_notifications_total', { channel: 'slack', result: 'ok' })).toBe(2);
  expect(await value('watchpost_notifications_total', { channel: 'email', result: 'ok' })).toBe(0);
  expect(lines.filter((line) => line.includes('"postgres/query is down" by slack: '))).toHaveLength(2);
});
