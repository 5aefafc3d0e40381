import { alertLinks } from '../../stack/alert.ts';
import { monitoringLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const alert = 'ProbeStale';
const lastRun = select('watchpost_probe_last_run_timestamp_seconds');
const interval = select('watchpost_probe_interval_seconds');
const loaded = select('watchpost_config_last_reload_success_timestamp_seconds');

const { missedRuns } = monitoringLimits;

/** The service is up and names the probe, but does not run it. One that never ran counts from the configuration's load. */
export const probeStaleRule = defineRule({
  alert,
  expr: aggregate(
    'max',
    ['service', 'probe', 'target', 'team'],
    `(time() - (${lastRun} or ${interval} * 0 + scalar(max(${loaded}))) > ${missedRuns} * ${interval})` +
      ` * on (service, probe) group_left (team) ${select('watchpost_probe_expected')}`,
  ),
  forMs: 30_000,
  holdsAfterMs: {
    of: ({ services }) =>
      services.flatMap(({ team, probes }) => {
        const intervals = probes.map(({ everyMs }) => everyMs);
        if (intervals.length === 0) return [];
        return [{ team, typicalMs: missedRuns * Math.min(...intervals), worstMs: missedRuns * Math.max(...intervals) }];
      }),
  },
  severity: 'warning',
  category: 'meta',
  team: 'series',
  templates: () => ({
    service: labelValue('service'),
    probe: labelValue('probe'),
    target: labelValue('target'),
    age: '{{ $value | humanizeDuration }}',
  }),
  annotations: ({ service, probe, target, age }, { urls }) => ({
    summary: `${service}/${probe} is not being checked`,
    description: `The last run ended ${age} ago, more than three intervals. Nobody knows whether ${target} is up.`,
    action: `Look at ${urls.watchpost}/debug/${service}/${probe}; if it hangs too, restart the probe service.`,
    ...alertLinks(urls, { alertname: alert, service, probe }),
  }),
  fires: () => [
    {
      name: 'a probe that stopped running fires',
      series: { ...running, [`watchpost_probe_last_run_timestamp_seconds{${id}}`]: '0 5 10x60' },
      // 10 s + three intervals of 5 s, exceeded at the next evaluation.
      trueFromMs: 30_000,
      labels,
      words: { ...words, age: '50s' },
    },
    {
      name: 'a probe that never ran fires too',
      series: { ...running, 'watchpost_config_last_reload_success_timestamp_seconds{job="watchpost"}': '2x60' },
      trueFromMs: 20_000,
      labels,
      words: { ...words, age: '48s' },
    },
  ],
  quiet: () => [
    {
      name: 'a probe that runs is quiet',
      series: { ...running, [`watchpost_probe_last_run_timestamp_seconds{${id}}`]: '0+5x60' },
      atMs: 300_000,
    },
    {
      name: 'a dead probe service is no stale probe: that has its own alert',
      series: {
        [`watchpost_probe_interval_seconds{${id}}`]: '5x5 stale',
        'watchpost_probe_expected{service="shop-under-test",probe="ready",team="default"}': '1x60',
        [`watchpost_probe_last_run_timestamp_seconds{${id}}`]: '0+5x5 stale',
      },
      atMs: 240_000,
    },
  ],
});

const target = 'http://shop.test:8080/health/ready';
const id = `service="shop-under-test",probe="ready",target="${target}",location="local",job="watchpost",instance="watchpost:9815"`;
const labels = { service: 'shop-under-test', probe: 'ready', target, team: 'default' };
const words = { service: 'shop-under-test', probe: 'ready', target };
const running = {
  [`watchpost_probe_interval_seconds{${id}}`]: '5x60',
  'watchpost_probe_expected{service="shop-under-test",probe="ready",team="default"}': '1x60',
};
