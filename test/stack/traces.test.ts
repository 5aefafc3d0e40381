import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Receiver, startReceiver } from '../../probes/export/receiver.ts';
import { missing } from '../support/found.ts';
import { hostName, type Stack, startStack } from '../support/stack.ts';

const lacking = missing(['watchpost', 'prometheus', 'alertmanager']);

interface Exemplars {
  readonly data: readonly {
    readonly seriesLabels: Readonly<Record<string, string>>;
    readonly exemplars: readonly { readonly labels: { readonly trace_id: string }; readonly value: string }[];
  }[];
}

describe.skipIf(lacking)(`traces${lacking ? ` (${lacking})` : ''}`, () => {
  const cleanup = new AsyncDisposableStack();
  const asked: string[] = [];
  let collector: Receiver;
  let stack: Stack;

  beforeAll(async () => {
    collector = cleanup.use(await startReceiver('0.0.0.0'));
    const target = createServer((request, response) => {
      asked.push(String(request.headers.traceparent));
      response.end('ok');
    });
    await new Promise<void>((resolve) => target.listen(0, '0.0.0.0', resolve));
    cleanup.defer(() => void target.close());
    const port = (target.address() as AddressInfo).port;
    const collectorPort = new URL(collector.url).port;
    stack = cleanup.use(
      await startStack({
        services: `  shop: { probes: { front: { http: "http://${hostName}:${port}/", every: 2s, timeout: 1s } } }
otlp: { traces: "http://${hostName}:${collectorPort}" }`,
      }),
    );
  }, 180_000);
  afterAll(() => cleanup.disposeAsync());

  test('a run is sent as spans, the target is told which, and Prometheus leads from the histogram to it', {
    timeout: 90_000,
  }, async () => {
    const prometheus = stack.url('prometheus');
    const query = 'watchpost_service_probe_duration_seconds_bucket{service="shop"}';
    const found = async (): Promise<readonly string[]> => {
      const range = { start: String(Date.now() / 1_000 - 600), end: String(Date.now() / 1_000 + 60) };
      const response = await fetch(`${prometheus}/api/v1/query_exemplars?${new URLSearchParams({ query, ...range })}`);
      const { data } = (await response.json()) as Exemplars;
      return data.flatMap(({ exemplars }) => exemplars.map(({ labels }) => labels.trace_id));
    };
    await expect.poll(found, { timeout: 60_000, interval: 500 }).not.toEqual([]);
    const [traceId = ''] = await found();
    await expect
      .poll(() => JSON.stringify(collector.received), { timeout: 10_000 })
      .toContain(`{"traceId":"${traceId}"`);
    const spans = JSON.stringify(collector.received);
    for (const name of ['probe shop/front', 'resolve', 'connect', 'processing', 'transfer']) {
      expect(spans).toContain(`"name":"${name}"`);
    }
    expect(asked.map((traceparent) => traceparent.split('-')[1])).toContain(traceId);
    // The whole exposition was taken, in the format that has exemplars.
    const up = await fetch(`${prometheus}/api/v1/query?query=${encodeURIComponent('up{job="watchpost"}')}`);
    expect(await up.text()).toMatch(/"value":\[[\d.]+,"1"\]/);
  });
});
