import { register } from 'prom-client';
import { describe, expect, test } from 'vitest';
import { metrics } from '../../stack/metrics.ts';
import { OwnMetrics } from './own-metrics.ts';
import { readExposition } from './read-exposition.ts';

describe("the service's own metrics", () => {
  test('can be read, and a gauge that was never set claims nothing', async () => {
    const series = readExposition(await new OwnMetrics().render());
    expect(series.map(({ name }) => name)).toContain('process_start_time_seconds');
    const gauges = Object.entries(metrics).filter(([, { scope, type }]) => scope === 'own' && type === 'gauge');
    expect(gauges.length).toBeGreaterThan(3);
    for (const [gauge] of gauges) expect(series.map(({ name }) => name)).not.toContain(gauge);
  });

  test('an info metric has only its last labels', async () => {
    const own = new OwnMetrics();
    own.describe('watchpost_config_info', { hash: 'old' });
    own.describe('watchpost_config_info', { hash: 'new' });
    const series = readExposition(await own.render()).filter(({ name }) => name === 'watchpost_config_info');
    expect(series).toEqual([{ name: 'watchpost_config_info', labels: { hash: 'new' }, value: 1 }]);
  });

  test('a histogram counts what is not longer than each bound, of which the default time limit is one', async () => {
    const own = new OwnMetrics();
    for (const seconds of [0.02, 0.025, 4.9, 60])
      own.observe('watchpost_service_probe_duration_seconds', seconds, { service: 'panel' });
    own.observe('watchpost_service_probe_duration_seconds', 0.001, { service: 'other' });
    const name = 'watchpost_service_probe_duration_seconds';
    const series = readExposition(await own.render()).filter((one) => one.name.startsWith(name));
    const of = (suffix: string, service: string) =>
      series
        .filter((one) => one.name === name + suffix && one.labels.service === service)
        .map(({ labels, value }) => [labels.le, value]);
    expect(of('_bucket', 'panel')).toEqual([
      ['0.005', 0],
      ['0.01', 0],
      ['0.025', 2],
      ['0.05', 2],
      ['0.1', 2],
      ['0.2', 2],
      ['0.3', 2],
      ['0.5', 2],
      ['1', 2],
      ['2.5', 2],
      ['5', 3],
      ['10', 3],
      ['+Inf', 4],
    ]);
    expect(of('_sum', 'panel')).toEqual([[undefined, 0.02 + 0.025 + 4.9 + 60]]);
    expect(of('_count', 'panel')).toEqual([[undefined, 4]]);
    expect(of('_count', 'other')).toEqual([[undefined, 1]]);
  });

  test('are nobody else’s: the global registry stays empty, and two services do not share', async () => {
    const [a, b] = [new OwnMetrics(), new OwnMetrics()];
    a.add('watchpost_receipts_total', 1, { status: 'firing' });
    expect(await register.metrics()).toBe('\n');
    expect(await b.render()).not.toContain('watchpost_receipts_total{');
  });

  test('come in parts, however many services there are', async () => {
    const own = new OwnMetrics();
    for (let i = 0; i < 3_000; i++) {
      const service = `service-${i}`;
      own.observe('watchpost_service_probe_duration_seconds', 0.1, { service });
      for (const reason of ['status', 'slow']) {
        own.add('watchpost_service_failed_runs_total', 1, { service, verdict: 'fail', reason });
      }
    }
    const parts = await Array.fromAsync(own.parts());
    expect(Math.max(...parts.map(({ length }) => length))).toBeLessThan(400_000);
    const series = readExposition(parts.join(''));
    const count = (name: string) => series.filter((one) => one.name === name).length;
    expect(count('watchpost_service_probe_duration_seconds_bucket')).toBe(39_000);
    expect(count('watchpost_service_failed_runs_total')).toBe(6_000);
    expect(count('process_start_time_seconds')).toBe(1);
  });

  test('refuses a metric of another type', () => {
    expect(() => new OwnMetrics().set('watchpost_receipts_total', 1)).toThrow(
      'metric "watchpost_receipts_total" is not a gauge of the probe service',
    );
  });
});
