import { alertLinks } from '../../stack/alert.ts';
import { probeServiceJob } from '../../stack/parts.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const alert = 'ProbeMissing';

/** The configuration names a probe that the running service does not know. Only said while the service is up. */
export const probeMissingRule = defineRule({
  alert,
  expr:
    `${aggregate(
      'max',
      ['service', 'probe', 'team'],
      `${select('watchpost_probe_expected')} unless on (service, probe) ${select('watchpost_probe_interval_seconds')}`,
    )}` + ` and on () min(${select('up', { job: probeServiceJob })}) == 1`,
  forMs: 120_000,
  severity: 'warning',
  category: 'meta',
  team: 'series',
  templates: () => ({ service: labelValue('service'), probe: labelValue('probe') }),
  annotations: ({ service, probe }, { urls }) => ({
    summary: `${service}/${probe} is configured, but not running`,
    description:
      'The configuration names this probe and the probe service does not know it: it runs an older configuration.',
    action: 'Run ./watchpost reload and read what it says of the probe service.',
    ...alertLinks(urls, { alertname: alert, service, probe }),
  }),
  fires: () => [
    {
      name: 'a probe that the service does not know fires',
      series: { [up]: '1x60', [expected]: '_ 1x60', [interval.replace('"ready"', '"live"')]: '5x60' },
      trueFromMs: 5_000,
      labels,
      words,
    },
  ],
  quiet: () => [
    {
      name: 'a probe that runs is quiet',
      series: { [up]: '1x60', [expected]: '1x60', [interval]: '5x60' },
      atMs: 300_000,
    },
    {
      name: 'all probes are gone when the service is down: no alert for each of them',
      series: { [up]: '1x5 0x60', [expected]: '1x60', [interval]: '5x5 stale' },
      atMs: 300_000,
    },
    { name: 'nor when it is not scraped at all', series: { [expected]: '1x60' }, atMs: 300_000 },
  ],
});

const labels = { service: 'shop-under-test', probe: 'ready', team: 'default' };
const words = { service: 'shop-under-test', probe: 'ready' };
const up: string = 'up{job="watchpost",instance="watchpost:9815"}';
const expected: string = 'watchpost_probe_expected{service="shop-under-test",probe="ready",team="default"}';
const interval =
  'watchpost_probe_interval_seconds{service="shop-under-test",probe="ready",target="t",location="local",job="watchpost",instance="watchpost:9815"}';
