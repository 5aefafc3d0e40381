import { describe, expect, test } from 'vitest';
import { OwnMetrics } from '../export/own-metrics.ts';
import { readExposition } from '../export/read-exposition.ts';
import { ManualClock } from '../schedule/manual-clock.ts';
import type { Notification } from '../status/webhook.ts';
import { AlertPath } from './alert-path.ts';

function setUp() {
  const clock = new ManualClock();
  const metrics = new OwnMetrics();
  const path = new AlertPath({ clock, metrics, sources: ['prometheus', 'loki'] });
  const value = async (name: string) =>
    readExposition(await metrics.render()).find((sample) => sample.name === name)?.value;
  /** What Prometheus would read, and its rule write down. */
  const scrape = async () => {
    path.show();
    return String(await value('watchpost_alert_path_nonce'));
  };
  return { clock, metrics, path, value, scrape };
}

function webhook(nonce: string | undefined, own: Partial<Notification['alerts'][number]> = {}): Notification {
  const labels = { alertname: 'Watchdog', source: 'prometheus' };
  const annotations: Record<string, string> = nonce === undefined ? {} : { nonce };
  const alert = { status: 'firing' as const, labels, annotations, startsAt: '2026-11-23T03:00:00Z', ...own };
  return { status: 'firing', receiver: 'watchdog', alerts: [alert] };
}

const lastSuccess = 'watchpost_alert_path_last_success_timestamp_seconds';

describe('the alert path', () => {
  test('says when the Watchdog alert came back, and how long its way was', async () => {
    const { clock, path, value, scrape } = setUp();
    expect(await value('watchpost_alert_path_awaited_since_timestamp_seconds')).toBe(clock.now() / 1_000);
    const nonce = await scrape();
    await clock.advance(42_000);
    expect(path.silentMs('prometheus')).toBe(42_000);
    path.returned(webhook(nonce));
    expect(await value(lastSuccess)).toBe(clock.now() / 1_000);
    expect(await value('watchpost_alert_path_seconds')).toBe(42);
    expect(path.silentMs('prometheus')).toBe(0);
  });

  test.each([
    { name: 'without a nonce', back: () => webhook(undefined) },
    { name: 'with an empty one, as where Prometheus could not read it', back: () => webhook('') },
    { name: 'with one that was never shown', back: () => webhook('17') },
    { name: 'that has ended', back: (nonce: string) => webhook(nonce, { status: 'resolved' }) },
    {
      name: 'of a source that nobody knows',
      back: (nonce: string) => webhook(nonce, { labels: { alertname: 'Watchdog', source: 'elsewhere' } }),
    },
    {
      name: 'that is another alert',
      back: (nonce: string) => webhook(nonce, { labels: { alertname: 'ProbeDown', source: 'prometheus' } }),
    },
  ])('an alert $name proves nothing', async ({ back }) => {
    const { path, value, scrape } = setUp();
    path.returned(back(await scrape()));
    expect(await value(lastSuccess)).toBeUndefined();
    expect(path.last('prometheus')).toBeUndefined();
  });

  test('an alert that Alertmanager sends again by itself, with the nonce of before, proves nothing', async () => {
    const { clock, path, value, scrape } = setUp();
    const first = await scrape();
    await clock.advance(10_000);
    const second = await scrape();
    path.returned(webhook(second));
    const at = clock.now() / 1_000;
    await clock.advance(30_000);
    path.returned(webhook(second));
    path.returned(webhook(first));
    expect(await value(lastSuccess)).toBe(at);
    expect(path.silentMs('prometheus')).toBe(30_000);
  });

  test('is judged for each source apart: a nonce of the log store is none of the metrics', async () => {
    const { clock, metrics, path, value, scrape } = setUp();
    const shown = await scrape();
    const logged = path.newNonce();
    expect(String(logged)).not.toBe(shown);
    expect(await scrape()).toBe(shown);
    await clock.advance(20_000);
    path.returned(webhook(String(logged), { labels: { alertname: 'Watchdog', source: 'loki' } }));
    const at = clock.now() / 1_000;
    const series = readExposition(await metrics.render()).filter(({ name }) => name === lastSuccess);
    expect(series.map(({ labels, value: seen }) => ({ labels, value: seen }))).toEqual([
      { labels: { source: 'loki' }, value: at },
    ]);
    expect(path.silentMs('loki')).toBe(0);
    expect(path.silentMs('prometheus')).toBe(20_000);
    expect(await value('watchpost_alert_path_seconds')).toBe(20);
  });

  test('awaits only those that it was told of', async () => {
    const metrics = new OwnMetrics();
    const path = new AlertPath({ clock: new ManualClock(), metrics, sources: ['loki'] });
    path.show();
    path.returned(webhook(String(path.newNonce())));
    const said = readExposition(await metrics.render()).filter(({ name }) => name.startsWith('watchpost_alert_path'));
    expect(said.map(({ name, labels }) => ({ name, labels }))).toEqual([
      { name: 'watchpost_alert_path_awaited_since_timestamp_seconds', labels: { source: 'loki' } },
    ]);
  });

  test('a nonce is another one every 5 s, and is worth nothing after five minutes', async () => {
    const { clock, path, value, scrape } = setUp();
    const nonce = await scrape();
    await clock.advance(4_999);
    expect(await scrape()).toBe(nonce);
    await clock.advance(1);
    expect(await scrape()).not.toBe(nonce);
    await clock.advance(300_000);
    path.returned(webhook(nonce));
    expect(await value(lastSuccess)).toBeUndefined();
  });
});
