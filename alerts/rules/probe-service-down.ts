import { alertLinks } from '../../stack/alert.ts';
import { probeServiceJob } from '../../stack/parts.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule } from './rule.ts';

const alert = 'ProbeServiceDown';
const up = select('up', { job: probeServiceJob });

/** Nothing is being checked, or nothing from one of several locations. `absent` has the same labels as the aggregation, so it is one alert whichever side holds. */
export const probeServiceDownRule = defineRule({
  alert,
  expr: `${aggregate('min', ['job', 'location'], up)} == 0 or absent(${up})`,
  forMs: 15_000,
  severity: 'critical',
  criticalBecause: 'monitoring-blind',
  category: 'meta',
  team: 'default',
  // Only the probe services of several locations have the label.
  templates: () => ({
    at: '{{ with $labels.location }} at {{ . }}{{ end }}',
    from: '{{ with $labels.location }} from there{{ end }}',
  }),
  annotations: ({ at, from }, { urls }) => ({
    summary: `The probe service${at} is down: nothing is being checked${from}`,
    description: `Prometheus cannot scrape it. What was down when it died stays reported; new failures are not seen.`,
    action: `Restart it: docker compose up -d watchpost (or ./watchpost up --native), then open ${urls.watchpost}/-/healthy`,
    ...alertLinks(urls, { alertname: alert }),
  }),
  fires: () => [
    {
      name: 'a probe service that cannot be scraped fires',
      series: { [series]: '1 1 0x20' },
      trueFromMs: 10_000,
      labels: gone,
      words: { at: '', from: '' },
    },
    {
      name: 'one that is not scraped at all fires too',
      series: { [series]: '1 1 stale' },
      trueFromMs: 10_000,
      labels: gone,
      words: { at: '', from: '' },
    },
    {
      name: 'one of several locations is told by its name',
      series: { [located('ams')]: '1x60', [located('fra')]: '1 1 0x20' },
      trueFromMs: 10_000,
      labels: { ...gone, location: 'fra' },
      words: { at: ' at fra', from: ' from there' },
    },
  ],
  quiet: () => [
    { name: 'a probe service that answers is quiet', series: { [series]: '1x60' }, atMs: 120_000 },
    { name: 'one missed scrape is no outage', series: { [series]: '1 1 0 1x60' }, atMs: 30_000 },
  ],
});

const gone: Readonly<Record<string, string>> = { job: probeServiceJob };
const series = `up{job="${probeServiceJob}",instance="watchpost:9815"}`;

function located(location: string): string {
  return `up{job="${probeServiceJob}",instance="${location}.test:9815",location="${location}"}`;
}
