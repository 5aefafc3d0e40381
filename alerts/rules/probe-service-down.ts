import { alertLinks } from '../../stack/alert.ts';
import { probeServiceJob } from '../../stack/parts.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule } from './rule.ts';

const alert = 'ProbeServiceDown';
const up = select('up', { job: probeServiceJob });

/** Nothing is being checked. `absent` has the same labels as the aggregation, so it is one alert whichever side holds. */
export const probeServiceDownRule = defineRule({
  alert,
  expr: `${aggregate('min', ['job'], up)} == 0 or absent(${up})`,
  forMs: 15_000,
  severity: 'critical',
  team: 'default',
  templates: () => ({}),
  annotations: (_, { urls }) => ({
    summary: 'The probe service is down: nothing is being checked',
    description: `Prometheus cannot scrape it. What was down when it died stays reported; new failures are not seen.`,
    action: `Restart it: docker compose up -d watchpost (or ./watchpost up --native), then open ${urls.watchpost}/-/healthy`,
    ...alertLinks(urls, { alertname: alert }),
  }),
  fires: () => [
    {
      name: 'a probe service that cannot be scraped fires',
      series: { [series]: '1 1 0x20' },
      trueFromMs: 10_000,
      labels: { job: probeServiceJob },
      words: {},
    },
    {
      name: 'one that is not scraped at all fires too',
      series: { [series]: '1 1 stale' },
      trueFromMs: 10_000,
      labels: { job: probeServiceJob },
      words: {},
    },
  ],
  quiet: () => [
    { name: 'a probe service that answers is quiet', series: { [series]: '1x60' }, atMs: 120_000 },
    { name: 'one missed scrape is no outage', series: { [series]: '1 1 0 1x60' }, atMs: 30_000 },
  ],
});

const series = `up{job="${probeServiceJob}",instance="watchpost:9815"}`;
