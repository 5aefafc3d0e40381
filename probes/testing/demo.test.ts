import { describe, expect, test } from 'vitest';
import { readExposition } from '../export/read-exposition.ts';
import { attempt, judgement } from '../probers/attempt-for-test.ts';
import { http } from '../probers/http/http.ts';
import { tls } from '../probers/tls/tls.ts';
import { type Demo, type DemoMode, startDemo } from './demo.ts';
import { ownTime } from './own-time.ts';

/** The probes of the shipped watchpost.yaml. */
async function judgements(demo: Demo): Promise<Readonly<Record<string, string>>> {
  const overrides = new Map([['demo', '127.0.0.1']]);
  const limits = { overrides, timeoutMs: 1_500 };
  const expected = { status: 200, json: { status: 'ready' }, within: '1200ms' };
  const [live, ready, certificate] = await Promise.all([
    attempt(http, `http://demo:${demo.port}/health/live`, {}, limits),
    attempt(http, `http://demo:${demo.port}/health/ready`, { expect: expected }, limits),
    attempt(tls, `demo:${demo.tlsPort}`, { trust: 'any', expect: { valid_for: '21d' } }, limits),
  ]);
  return { live: judgement(live), ready: judgement(ready), certificate: judgement(certificate) };
}

async function misbehave(demo: Demo, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${demo.port}/misbehave`, { method: 'POST', body: JSON.stringify(body), headers });
}

const start = (write?: (line: string) => void) =>
  startDemo({ host: '127.0.0.1', port: 0, tlsPort: 0, ...(write && { write }) });

const cases: readonly { readonly mode: DemoMode; readonly is: Readonly<Record<string, unknown>> }[] = [
  { mode: 'none', is: { live: 'pass', ready: 'pass', certificate: 'pass' } },
  {
    mode: 'down',
    is: {
      live: 'fail status: found status 503 ({"status":"down"}), expected status 2xx',
      ready: 'fail status: found status 503 ({"status":"down"}), expected status 200',
      certificate: 'pass',
    },
  },
  {
    mode: 'slow',
    is: {
      live: 'fail response_timeout: found no answer in 1.5 s, expected an HTTP answer',
      ready: 'fail response_timeout: found no answer in 1.5 s, expected an HTTP answer',
      certificate: 'pass',
    },
  },
  {
    mode: 'wrong-body',
    is: {
      live: 'pass',
      ready: 'fail json: found json status = "starting", expected json status = "ready"',
      certificate: 'pass',
    },
  },
  {
    mode: 'bad-certificate',
    is: {
      live: 'pass',
      ready: 'pass',
      certificate: expect.stringMatching(/^fail certificate_expired: found a certificate that expired 24 h ago/),
    },
  },
];

describe('the demo app', () => {
  test.each(cases)('told to be $mode', async ({ mode, is }) => {
    await using demo = await start();
    expect((await misbehave(demo, { mode })).status).toBe(200);
    expect(await judgements(demo)).toEqual(is);
    await misbehave(demo, { mode: 'none' });
    expect(await judgements(demo)).toEqual({ live: 'pass', ready: 'pass', certificate: 'pass' });
  });

  test('says which modes there are to who asks for another, and takes none from another site', async () => {
    await using demo = await start();
    const unknown = await misbehave(demo, { mode: 'sideways' });
    expect({ status: unknown.status, body: await unknown.json() }).toEqual({
      status: 400,
      body: { error: 'expected {"mode":"…"} with one of: none, down, slow, wrong-body, bad-certificate' },
    });
    expect((await misbehave(demo, { mode: 'down' }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect(await judgements(demo)).toMatchObject({ live: 'pass' });
  });

  test('serves metrics that Prometheus reads', async () => {
    await using demo = await start();
    const url = `http://127.0.0.1:${demo.port}`;
    await fetch(`${url}/health/live`);
    await fetch(`${url}/health/live`);
    await fetch(`${url}/no/such/page`);
    await misbehave(demo, { mode: 'wrong-body' });
    const series = readExposition(await (await fetch(`${url}/health/metrics`)).text());
    const requests = series.filter(({ name }) => name === 'demo_http_requests_total');
    expect(requests.map(({ labels, value }) => ({ ...labels, value }))).toEqual([
      { route: '/health/live', code: '200', value: 2 },
      { route: 'other', code: '404', value: 1 },
      { route: '/misbehave', code: '200', value: 1 },
    ]);
    const modes = series.filter(({ name, value }) => name === 'demo_mode' && value === 1);
    expect(modes.map(({ labels }) => labels.mode)).toEqual(['wrong-body']);
    const started = series.find(({ name }) => name === 'process_start_time_seconds')?.value ?? 0;
    expect(Math.abs(started * 1_000 - Date.now())).toBeLessThan(60_000);
  });

  test('has a page that shows what it does and a button for every mode', async () => {
    await using demo = await start();
    await misbehave(demo, { mode: 'slow' });
    const page = await (await fetch(`http://127.0.0.1:${demo.port}/`)).text();
    expect(
      [...page.matchAll(/data-mode="([^"]+)"( class="now")?/g)].map(([, mode, now]) => [mode, Boolean(now)]),
    ).toEqual([
      ['none', false],
      ['down', false],
      ['slow', true],
      ['wrong-body', false],
      ['bad-certificate', false],
    ]);
  });

  test('logs what it is told, and every error that it answers with', async () => {
    const lines: string[] = [];
    await using demo = await start((line) => lines.push(line));
    await misbehave(demo, { mode: 'down' });
    await fetch(`http://127.0.0.1:${demo.port}/health/live?x=1`);
    expect(lines).toEqual(['from now on: down, health endpoints answer 503', 'GET /health/live answered with 503']);
  });

  test('does not wait for a slow answer when it ends, and says when a port is taken', async () => {
    const demo = await start();
    await misbehave(demo, { mode: 'slow' });
    const pending = fetch(`http://127.0.0.1:${demo.port}/health/live`).catch(() => 'cut off');
    await expect(startDemo({ host: '127.0.0.1', port: 0, tlsPort: demo.tlsPort })).rejects.toThrow('EADDRINUSE');
    expect(await ownTime(() => demo[Symbol.asyncDispose]())).toBeLessThan(1_000);
    await pending;
  });
});
