import { describe, expect, test } from 'vitest';
import { startForTest, startTestReceiver, until } from './service-setup.ts';
import { samplePlan, sampleProbe } from './state/sample-probe.ts';

const plan = samplePlan({ probes: [sampleProbe({})] });
const lastSuccess = 'watchpost_alert_path_last_success_timestamp_seconds';
const awaited = 'watchpost_alert_path_awaited_since_timestamp_seconds';

/** The nonces in what was sent by OTLP, digits as they stand there. */
function nonces(received: readonly { readonly body: unknown }[]): readonly string[] {
  const text = JSON.stringify(received.map(({ body }) => body));
  return [...text.matchAll(/"key":"nonce","value":\{"stringValue":"(\d+)"\}/g)].map(([, nonce = '']) => nonce);
}

describe('the path of alerts from the log store', () => {
  test('is proven by a number that went into it as a record and came back in the Watchdog alert', async () => {
    const loki = await startTestReceiver();
    const alertmanager = await startTestReceiver();
    const { service, value, lines } = await startForTest(
      { current: { plan } },
      { alertmanager: alertmanager.url, loki: loki.url, otlpLogs: `${loki.url}/otlp` },
    );
    await until(() => nonces(loki.received).length > 0);
    expect(await value(awaited, { source: 'loki' })).toBeGreaterThan(0);
    expect(await value(awaited, { source: 'prometheus' })).toBeUndefined();
    expect(await value(lastSuccess, { source: 'loki' })).toBeUndefined();
    const [nonce] = nonces(loki.received);
    const response = await fetch(`${service.url}/api/v1/watchdog`, {
      method: 'POST',
      body: JSON.stringify({
        receiver: 'watchdog',
        status: 'firing',
        alerts: [
          {
            status: 'firing',
            labels: { alertname: 'Watchdog', source: 'loki' },
            annotations: { nonce },
            startsAt: '2026-11-23T03:00:00Z',
          },
        ],
      }),
    });
    expect(response.ok).toBe(true);
    expect(await value(lastSuccess, { source: 'loki' })).toBeGreaterThan(0);
    expect(lines.filter((line) => line.includes(String(nonce)))).toEqual([]);
  });

  test('is not awaited where nobody said that its ruler sends alerts', async () => {
    const loki = await startTestReceiver();
    const alertmanager = await startTestReceiver();
    const { service, value } = await startForTest(
      { current: { plan } },
      { alertmanager: alertmanager.url, otlpLogs: `${loki.url}/otlp` },
    );
    expect(await value(awaited, { source: 'loki' })).toBeUndefined();
    await service[Symbol.asyncDispose]();
    expect(loki.received.length).toBeGreaterThan(0);
    expect(nonces(loki.received)).toEqual([]);
  });
});
