import { alertLinks } from '../../stack/alert.ts';
import { probeServiceJob } from '../../stack/parts.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const alert = 'TargetDown';

/** Metrics of something are missing, and it is not in maintenance. No page: whether it works is what its probes say. */
export const targetDownRule = defineRule({
  alert,
  expr:
    `${aggregate('max', ['job', 'instance', 'service'], select('up', { job: { not: probeServiceJob } }))} == 0` +
    ` unless on (service) ${select('watchpost_service_maintenance')} == 1`,
  forMs: 120_000,
  severity: 'warning',
  team: 'default',
  templates: () => ({ job: labelValue('job'), instance: labelValue('instance') }),
  annotations: ({ job, instance }, { urls }) => ({
    summary: `No metrics from ${job} (${instance})`,
    description: `Prometheus has not been able to scrape ${instance} of job ${job} for two minutes.`,
    action: 'Open the page "Target health" of Prometheus: it shows the error of the last scrape.',
    ...alertLinks(urls, { alertname: alert }),
  }),
  fires: () => [
    {
      name: 'a target that cannot be scraped fires',
      series: { [series('shop')]: '1 1 0x60' },
      trueFromMs: 10_000,
      labels: { job: 'shop', instance: 'shop.test:8080', service: 'shop' },
      words: { job: 'shop', instance: 'shop.test:8080' },
    },
    {
      name: 'a part of the stack that cannot be scraped fires, without a service',
      series: { [`up{job="${loki.job}",instance="${loki.instance}"}`]: '1 1 0x60' },
      trueFromMs: 10_000,
      labels: loki,
      words: loki,
    },
    {
      name: 'the maintenance of another service hides nothing',
      series: { [series('shop')]: '1 1 0x60', [maintenance('shop')]: '0x60', [maintenance('panel')]: '1x60' },
      trueFromMs: 10_000,
      labels: { job: 'shop', instance: 'shop.test:8080', service: 'shop' },
      words: { job: 'shop', instance: 'shop.test:8080' },
    },
  ],
  quiet: () => [
    { name: 'a target that answers is quiet', series: { [series('shop')]: '1x60' }, atMs: 300_000 },
    { name: 'the probe service has its own alert', series: { [series(probeServiceJob)]: '0x60' }, atMs: 300_000 },
    {
      name: 'a service in maintenance may be away',
      series: { [series('shop')]: '1 1 0x60', [maintenance('shop')]: '0 1x60' },
      atMs: 300_000,
    },
    {
      name: 'a target that was taken out is no longer missed',
      series: { [series('shop')]: '0x10 stale' },
      atMs: 300_000,
    },
  ],
});

function series(job: string): string {
  return `up{job="${job}",instance="shop.test:8080",service="shop"}`;
}

function maintenance(service: string): string {
  return `watchpost_service_maintenance{service="${service}",job="watchpost",instance="watchpost:9815"}`;
}

const loki: Readonly<Record<'job' | 'instance', string>> = { job: 'loki', instance: 'loki:3100' };
