import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Outcome, Plan, ProbeState } from '../model.ts';
import { failed, passed, samplePlan, sampleProbe } from '../state/sample-probe.ts';
import { serve } from './http.ts';
import { type StatusSource, statusRoutes } from './routes.ts';
import type { Notification } from './webhook.ts';

/** The status server over a source that a test fills in. */
async function start(own: Partial<StatusSource> = {}) {
  const faults: unknown[] = [];
  const plan: Plan = samplePlan({ probes: [sampleProbe(), sampleProbe({ probe: 'live' })] });
  const state: ProbeState = {
    status: 'down',
    since: Date.UTC(2026, 10, 23),
    outcome: failed('body', { found: '<b>&' }),
  };
  const source: StatusSource = {
    heartbeatPath: () => undefined,
    heartbeats: [],
    deploys: {
      method: 'POST',
      path: '/api/v1/deploys',
      says: 'a deploy',
      answer: () => ({ status: 200, type: 'text/plain', body: '' }),
    },
    plan: () => plan,
    probes: () =>
      plan.probes.map((probe) => ({ probe, state, window: undefined, lastRunAt: Date.UTC(2026, 10, 23, 1) })),
    metrics: async function* () {
      yield 'up 1\n';
    },
    unhealthy: () => undefined,
    unready: () => undefined,
    reload: async () => ({ ok: true }),
    tryOnce: async () => passed(),
    runbook: async (alertname) => (alertname === 'ProbeDown' ? '# ProbeDown\n\nLook `here`.' : undefined),
    receipt: () => {},
    watchdog: () => {},
    ...own,
  };
  const server = await serve({
    host: '127.0.0.1',
    port: 0,
    routes: statusRoutes(source),
    internal: (e) => faults.push(e),
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${server.url}${path}`, init);
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: await response.text() };
  };
  const post = (path: string, body: string) => ask(path, { method: 'POST', body });
  return { ask, post, faults, url: server.url };
}

describe('the status server', () => {
  test('exports metrics in the format that Prometheus asks for', async () => {
    const { ask } = await start();
    expect(await ask('/metrics')).toEqual({
      status: 200,
      type: 'text/plain; version=0.0.4; charset=utf-8',
      body: 'up 1\n',
    });
  });

  test('says that it is well', async () => {
    const { ask } = await start();
    expect(await ask('/-/healthy')).toMatchObject({ status: 200, body: 'healthy\n' });
    expect(await ask('/-/ready')).toMatchObject({ status: 200, body: 'ready\n' });
  });

  test('says that it is not, and why', async () => {
    const { ask } = await start({
      unhealthy: () => 'panel/ready has not run',
      unready: () => 'the service is stopping',
    });
    expect(await ask('/-/healthy')).toMatchObject({ status: 503, body: 'panel/ready has not run\n' });
    expect(await ask('/-/ready')).toMatchObject({ status: 503, body: 'the service is stopping\n' });
  });

  test('reloads on POST and on nothing else', async () => {
    let reloads = 0;
    const { ask, post } = await start({
      reload: async () => {
        reloads++;
        return { ok: true };
      },
    });
    expect(await ask('/-/reload')).toMatchObject({ status: 405, body: '/-/reload takes POST, not GET\n' });
    expect(await post('/-/reload', '')).toMatchObject({ status: 200, body: 'reloaded\n' });
    expect(reloads).toBe(1);
  });

  test('answers a refused reload with the diagnostics', async () => {
    const { post } = await start({ reload: async () => ({ ok: false, problem: 'watchpost.yaml:3:5: unknown key' }) });
    expect(await post('/-/reload', '')).toMatchObject({ status: 422, body: 'watchpost.yaml:3:5: unknown key\n' });
  });

  test('lists what it knows where nothing is', async () => {
    const { ask } = await start();
    const { status, body } = await ask('/nothing');
    expect(status).toBe(404);
    expect(body).toMatch(/^nothing is at \/nothing; known:\n/);
    for (const path of ['/metrics', '/-/healthy', '/-/ready', '/-/reload', '/debug/:service/:probe'])
      expect(body).toContain(path);
  });

  test('counts a fault of its own and shows none of it', async () => {
    const { ask, faults } = await start({
      // biome-ignore lint/correctness/useYield: it fails before it has anything to give
      metrics: async function* () {
        throw new Error('secret detail');
      },
    });
    expect(await ask('/metrics')).toMatchObject({
      status: 500,
      body: 'the probe service itself failed; its log says how\n',
    });
    expect(faults).toEqual([new Error('secret detail')]);
  });

  test('sends a long answer in parts, and breaks it off where it cannot be finished', async () => {
    const parts = Array.from({ length: 40 }, (_, i) => `${String(i).repeat(100_000)}\n`);
    let turns = 0;
    const counting = setInterval(() => turns++, 0);
    onTestFinished(() => clearInterval(counting));
    const whole = await start({ metrics: () => from(parts) });
    expect((await whole.ask('/metrics')).body).toBe(parts.join(''));
    // Other things had their turn while it was written.
    expect(turns).toBeGreaterThan(5);
    const broken = await start({ metrics: () => from(parts, new Error('in the middle')) });
    await expect(broken.ask('/metrics')).rejects.toThrow();
    expect(broken.faults).toEqual([new Error('in the middle')]);
  });

  test('answers HEAD as GET, without the body', async () => {
    const { ask } = await start();
    expect(await ask('/-/healthy', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  test('rejects where the port is taken', async () => {
    const { url } = await start();
    const port = Number(new URL(url).port);
    await expect(serve({ host: '127.0.0.1', port, routes: [], internal: () => {} })).rejects.toThrow(/EADDRINUSE/);
  });
});

describe('/debug', () => {
  test('runs the probe once and explains it, as text and as JSON', async () => {
    const tried: string[] = [];
    const { ask } = await start({
      tryOnce: async ({ probe }) => {
        tried.push(probe);
        return failed();
      },
    });
    const asText = await ask('/debug/panel/live');
    expect(asText).toMatchObject({ status: 200, type: 'text/plain; charset=utf-8' });
    expect(asText.body).toMatch(/^panel\/live {3}http http:\/\/panel\/live\nverdict {3}fail\n/);
    const asJson = await ask('/debug/panel/live?format=json');
    expect(asJson.type).toBe('application/json; charset=utf-8');
    expect(JSON.parse(asJson.body)).toMatchObject({
      service: 'panel',
      probe: 'live',
      verdict: 'fail',
      found: 'status 503',
    });
    expect(tried).toEqual(['live', 'live']);
  });

  test('lists the probes where there is no such one', async () => {
    const { ask } = await start();
    expect(await ask('/debug/panel/raedy')).toMatchObject({
      status: 404,
      body: 'there is no probe "panel/raedy"; known:\n  /debug/panel/ready\n  /debug/panel/live\n',
    });
  });

  test('has four attempts under way at most', async () => {
    const release = Promise.withResolvers<Outcome>();
    let begun = 0;
    const { ask } = await start({
      tryOnce: () => {
        begun++;
        return release.promise;
      },
    });
    const four = [1, 2, 3, 4].map(() => ask('/debug/panel/ready'));
    while (begun < 4) await turn();
    expect(await ask('/debug/panel/ready')).toMatchObject({ status: 429 });
    release.resolve(passed());
    expect((await Promise.all(four)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(await ask('/debug/panel/ready')).toMatchObject({ status: 200 });
  });
});

describe('pages', () => {
  test('a runbook is HTML that a phone can read', async () => {
    const { ask } = await start();
    const { status, type, body } = await ask('/runbooks/ProbeDown');
    expect({ status, type }).toEqual({ status: 200, type: 'text/html; charset=utf-8' });
    expect(body).toContain('<meta name="viewport" content="width=device-width, initial-scale=1">');
    expect(body).toContain('<h1>ProbeDown</h1>\n<p>Look <code>here</code>.</p>');
  });

  test.each(['Unknown', '..%2F..%2Fpackage.json', 'a%00b', 'Probe Down'])('there is no runbook "%s"', async (name) => {
    const asked: string[] = [];
    const { ask } = await start({
      runbook: async (alertname) => {
        asked.push(alertname);
        return undefined;
      },
    });
    expect((await ask(`/runbooks/${name}`)).status).toBe(404);
    expect(asked.filter((alertname) => !/^[A-Za-z0-9]+$/.test(alertname))).toEqual([]);
  });

  test('the first page shows every probe, what is wrong with it, and escapes it', async () => {
    const { ask } = await start();
    const { body } = await ask('/');
    expect(body).toContain(
      '<a href="/debug/panel/ready">panel/ready</a><td class="state">down<td>http://panel/ready<td>found &lt;b&gt;&amp;, expected status 200',
    );
    expect(body).toContain('<a href="/metrics">/metrics</a>');
  });

  test('the list of probes is JSON', async () => {
    const { ask } = await start();
    const { body } = await ask('/api/v1/probes');
    expect(JSON.parse(body)[0]).toEqual({
      service: 'panel',
      probe: 'ready',
      kind: 'http',
      target: 'http://panel/ready',
      team: 'ops',
      severity: 'critical',
      state: 'down',
      since: '2026-11-23T00:00:00.000Z',
      reason: 'body',
      found: '<b>&',
      expected: 'status 200',
      last_run: '2026-11-23T01:00:00.000Z',
    });
  });
});

/** As Alertmanager 0.34 sends it, without what is not read. */
function notification(labels: Readonly<Record<string, string>>, status = 'firing') {
  const alert = { status, labels, annotations: { summary: 'panel/ready is down' }, startsAt: '2026-11-23T00:00:00Z' };
  return JSON.stringify({
    version: '4',
    receiver: 'receipts',
    status,
    groupKey: '{}',
    truncatedAlerts: 0,
    alerts: [alert],
  });
}

describe('webhooks', () => {
  test('a notification becomes a receipt', async () => {
    const receipts: Notification[] = [];
    const { post } = await start({ receipt: (receipt) => receipts.push(receipt) });
    expect((await post('/api/v1/receipts', notification({ alertname: 'ProbeDown' }))).status).toBe(200);
    expect(receipts).toMatchObject([{ receiver: 'receipts', alerts: [{ labels: { alertname: 'ProbeDown' } }] }]);
  });

  test.each([
    { name: 'no JSON', body: '{', says: /^the body is no JSON: / },
    { name: 'another JSON', body: '{"status":"maybe"}', says: /^the body is no notification of Alertmanager:\n/ },
  ])('what is $name is refused with what is wrong', async ({ body, says }) => {
    const { post } = await start();
    const answer = await post('/api/v1/receipts', body);
    expect(answer.status).toBe(400);
    expect(answer.body).toMatch(says);
  });

  test('what is larger than a megabyte is refused', async () => {
    const { post, faults } = await start();
    expect((await post('/api/v1/receipts', 'x'.repeat(1_000_001))).status).toBe(413);
    expect(faults).toEqual([]);
  });

  test('what came back of the Watchdog alert is handed on', async () => {
    const heard: Notification[] = [];
    const { post } = await start({ watchdog: (back) => heard.push(back) });
    expect((await post('/api/v1/watchdog', notification({ alertname: 'Watchdog' }))).status).toBe(200);
    expect(heard).toMatchObject([{ alerts: [{ labels: { alertname: 'Watchdog' } }] }]);
  });
});

async function* from(parts: readonly string[], error?: Error): AsyncGenerator<string> {
  yield* parts;
  if (error) throw error;
}
