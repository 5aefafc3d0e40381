import { alertLinks } from '../../stack/alert.ts';
import { formatDuration } from '../../stack/duration.ts';
import { monitoringLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const alert = 'ProberInconclusive';
const windowMs = 120_000;
const runs = (verdict?: string) =>
  aggregate(
    'sum',
    ['service'],
    `increase(${select('watchpost_probe_runs_total', verdict === undefined ? {} : { verdict })}[${formatDuration(windowMs)}])`,
  );

/** Half of a service's runs say nothing about it, because of the prober's own trouble: it is not being watched. */
export const proberInconclusiveRule = defineRule({
  alert,
  expr: `${runs('inconclusive')} / ${runs()} > ${monitoringLimits.inconclusiveRuns}`,
  forMs: 60_000,
  holdsAfterMs: windowMs * monitoringLimits.inconclusiveRuns,
  severity: 'warning',
  category: 'meta',
  team: 'default',
  templates: () => ({ service: labelValue('service'), share: '{{ $value | humanizePercentage }}' }),
  annotations: ({ service, share }, { urls }) => ({
    summary: `The prober cannot tell whether ${service} is up`,
    description: `${share} of its runs are inconclusive: the trouble is the prober's own (event loop, file descriptors, resolver, uplink).`,
    action: `Open ${urls.watchpost}/debug/${service}/ of one of its probes: the reason says which. Nothing is known of the service meanwhile.`,
    ...alertLinks(urls, { alertname: alert, service }),
  }),
  fires: () => [
    {
      name: 'a service most of whose runs are inconclusive fires',
      series: { [series('inconclusive')]: '0+1x60', [series('pass')]: '5x60' },
      // Two samples make an increase.
      trueFromMs: 5_000,
      labels: { service: 'shop-under-test' },
      words: { service: 'shop-under-test', share: '100%' },
    },
  ],
  quiet: () => [
    {
      name: 'a service that is judged is quiet, whatever the verdict',
      series: { [series('pass')]: '0+1x60', [series('fail')]: '0+1x60', [series('inconclusive')]: '0x60' },
      atMs: 300_000,
    },
    {
      name: 'a moment of trouble is over before it pages',
      series: { [series('pass')]: '0+1x20 20x5 21+1x60', [series('inconclusive')]: '0x20 1+1x5 6x60' },
      atMs: 240_000,
    },
  ],
});

function series(verdict: string): string {
  return `watchpost_probe_runs_total{service="shop-under-test",probe="ready",target="t",location="local",verdict="${verdict}",job="watchpost",instance="watchpost:9815"}`;
}
