import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Receiver } from './export/receiver.ts';
import type { Outcome, Plan, Run } from './model.ts';
import { probers } from './probers/index.ts';
import { startForTest, startTestReceiver, until } from './service-setup.ts';
import { failed, passed, samplePlan, sampleProbe } from './state/sample-probe.ts';

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events?: readonly { readonly name: string }[];
  readonly status: { readonly code: number; readonly message?: string };
}

function spansOf({ received }: Receiver): readonly OtlpSpan[] {
  return received
    .filter(({ path }) => path === '/v1/traces')
    .flatMap(({ body }) => {
      const { resourceSpans } = body as { resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[] };
      return resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
    });
}

function attributesOf({ attributes }: OtlpSpan) {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}

async function start(own: Partial<Plan>, options: Parameters<typeof startForTest>[1] = {}) {
  const collector = await startTestReceiver();
  const plan = samplePlan({ traces: { url: collector.url, sample: 1 }, ...own });
  const loaded = { current: { plan } };
  return { ...(await startForTest(loaded, options)), collector, loaded, plan };
}

const phases = (): Outcome =>
  passed({
    durationMs: 30,
    samples: [
      { metric: 'probe_http_status_code', value: 200 },
      { metric: 'probe_http_duration_seconds', value: 0.01, labels: { phase: 'connect' } },
      { metric: 'probe_http_duration_seconds', value: 0.02, labels: { phase: 'processing' } },
    ],
  });

describe('a run', () => {
  test('is a span, and its phases are spans below it, one after the other', async () => {
    const probe = sampleProbe({ everyMs: 500, run: async () => phases() });
    const { collector, value } = await start({ probes: [probe] });
    await until(() => spansOf(collector).length >= 3);
    const spans = spansOf(collector);
    const run = spans.find(({ name }) => name === 'probe panel/ready');
    if (!run) throw new Error('no span of a run');
    expect(run.parentSpanId).toBeUndefined();
    expect(run.status).toEqual({ code: 1 });
    expect(attributesOf(run)).toEqual({
      'watchpost.service': 'panel',
      'watchpost.probe': 'ready',
      'watchpost.kind': 'http',
      'watchpost.target': 'http://panel/ready',
      'watchpost.location': 'local',
      'watchpost.team': 'ops',
      'watchpost.severity': 'critical',
      'watchpost.verdict': 'pass',
      'watchpost.reason': 'ok',
      'server.address': 'panel',
      'server.port': 80,
      'url.full': 'http://panel/ready',
      'http.response.status_code': 200,
    });
    const below = spans.filter(({ parentSpanId }) => parentSpanId === run.spanId);
    expect(below.map(({ name, traceId }) => [name, traceId])).toEqual([
      ['connect', run.traceId],
      ['processing', run.traceId],
    ]);
    const ms = ({ startTimeUnixNano, endTimeUnixNano }: OtlpSpan) =>
      Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6;
    expect(below.map((span) => Math.round(ms(span)))).toEqual([10, 20]);
    expect(below[0]?.endTimeUnixNano).toBe(below[1]?.startTimeUnixNano);
    await until(async () => ((await value('watchpost_trace_spans_total', { result: 'sent' })) ?? 0) >= 3);
  });

  test('that fails has its re-checks below it, with steps and why; the log records name the span', async () => {
    const loki = await startTestReceiver();
    const step = { atMs: 3, text: '< HTTP/1.1 503' };
    const run = async () => failed('status', { steps: [step] });
    const probes = [sampleProbe({ everyMs: 30_000, confirm: 1, run })];
    const { collector, service } = await start({ probes }, { otlpLogs: `${loki.url}/otlp` });
    await until(() => spansOf(collector).some(({ name }) => name === 'probe panel/ready'));
    const spans = spansOf(collector);
    const whole = spans.find(({ name }) => name === 'probe panel/ready');
    const recheck = spans.find(({ name }) => name === 're-check');
    const message = 'the status is wrong (found status 503, expected status 200)';
    for (const span of [whole, recheck]) {
      expect(span?.status).toEqual({ code: 2, message });
      expect(span && attributesOf(span)).toMatchObject({ 'watchpost.verdict': 'fail', 'error.type': 'status' });
      expect(span?.events?.map(({ name }) => name)).toEqual([step.text]);
    }
    expect(recheck?.parentSpanId).toBe(whole?.spanId);
    await service[Symbol.asyncDispose]();
    const records = JSON.stringify(loki.received);
    expect(records).toContain(`"traceId":"${whole?.traceId}","spanId":"${whole?.spanId}"`);
    expect(records).toContain(`"traceId":"${whole?.traceId}","spanId":"${recheck?.spanId}"`);
  });

  test('tells an HTTP target which span it belongs to', async () => {
    const asked: (string | undefined)[] = [];
    const target = createServer(({ headers }, response) => {
      asked.push(headers.traceparent as string | undefined);
      response.end('ok');
    }).listen(0, '127.0.0.1');
    await once(target, 'listening');
    onTestFinished(() => void target.close());
    const url = `http://127.0.0.1:${(target.address() as AddressInfo).port}/`;
    const http = probers.find(({ kind }) => kind === 'http');
    const value = http?.value.parse(url);
    const run = (own: Run) => http?.probe(value as never, http.options.parse({}) as never, own) as Promise<Outcome>;
    const { collector, loaded, service, plan } = await start({ probes: [sampleProbe({ everyMs: 300, run })] });
    await until(() => spansOf(collector).some(({ name }) => name === 'probe panel/ready'));
    const whole = spansOf(collector).find(({ name }) => name === 'probe panel/ready');
    expect(asked).toContain(`00-${whole?.traceId}-${whole?.spanId}-01`);
    // Without traces, from the next run on, it is told nothing.
    const { traces: _, ...untraced } = plan;
    loaded.current = { plan: untraced };
    await service.reload();
    const before = asked.length;
    await until(() => asked.length > before + 2);
    expect(asked.slice(-2)).toEqual([undefined, undefined]);
  });

  test('is an exemplar of the histogram in OpenMetrics, and only where there are traces', async () => {
    const { collector, service, loaded, plan } = await start({
      probes: [sampleProbe({ everyMs: 500, run: async () => phases() })],
    });
    await until(() => spansOf(collector).length >= 3);
    const scrape = async () => {
      const accept = 'application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.4,*/*;q=0.2';
      const response = await fetch(`${service.url}/metrics`, { headers: { accept } });
      return { type: response.headers.get('content-type'), text: await response.text() };
    };
    const { type, text } = await scrape();
    expect(type).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    const [, traceId] =
      /^watchpost_service_probe_duration_seconds_bucket\{service="panel",le="0.05"\} \d+ # \{trace_id="([0-9a-f]{32})"\} 0\.03 \d+(?:\.\d+)?$/m.exec(
        text,
      ) ?? [];
    await until(() => spansOf(collector).some((span) => span.traceId === traceId));
    expect(text).toMatch(/^# TYPE watchpost_probe_runs counter\nwatchpost_probe_runs_total\{/m);
    expect(text).toMatch(/^# TYPE process_cpu_user_seconds counter$/m);
    expect(text).not.toContain('\n\n');
    expect(text.endsWith('\n# EOF\n')).toBe(true);
    const { traces: _, ...untraced } = plan;
    loaded.current = { plan: untraced };
    await service.reload();
    const without = await scrape();
    expect(without.type).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(without.text).not.toContain('trace_id');
  });

  test('is traced as often as it is asked for', async () => {
    const probe = sampleProbe({ everyMs: 20, timeoutMs: 10, run: async () => phases() });
    const { collector, value, service, plan, loaded } = await start({ probes: [probe] });
    loaded.current = { plan: { ...plan, traces: { url: collector.url, sample: 0.000_001 } } };
    await service.reload();
    const before = (await value('watchpost_probe_runs_total', { verdict: 'pass' })) ?? 0;
    await until(async () => ((await value('watchpost_probe_runs_total', { verdict: 'pass' })) ?? 0) > before + 20);
    const seen = spansOf(collector).length;
    await until(async () => ((await value('watchpost_probe_runs_total', { verdict: 'pass' })) ?? 0) > before + 60);
    expect(spansOf(collector).length - seen).toBeLessThan(10);
  });

  test('goes on where the collector is away, which is said once', async () => {
    const probe = sampleProbe({ everyMs: 200, run: async () => phases() });
    const { value, lines } = await start({ probes: [probe], traces: { url: 'http://127.0.0.1:9', sample: 1 } });
    await until(() => lines.some((line) => line.includes('spans are not taken, and are lost')));
    expect(await value('watchpost_trace_spans_total', { result: 'failed' })).toBeGreaterThan(0);
    expect(await value('probe_success')).toBe(1);
  });
});
