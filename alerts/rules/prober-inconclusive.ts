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
    ['service', 'probe'],
    `increase(${select('watchpost_probe_runs_total', verdict === undefined ? {} : { verdict })}[${formatDuration(windowMs)}])`,
  );

/**
 * Half of a probe's runs say nothing, because of the prober's own trouble: what it looks at is not being watched. By probe, for the
 * others of its service can be as well as they like.
 */
export const proberInconclusiveRule = defineRule({
  alert,
  expr: `${runs('inconclusive')} / ${runs()} > ${monitoringLimits.inconclusiveRuns}`,
  forMs: 60_000,
  holdsAfterMs: windowMs * monitoringLimits.inconclusiveRuns,
  severity: 'warning',
  category: 'meta',
  team: 'default',
  templates: () => ({
    service: labelValue('service'),
    probe: labelValue('probe'),
    share: '{{ $value | humanizePercentage }}',
  }),
  annotations: ({ service, probe, share }, { urls }) => ({
    summary: `The prober cannot tell whether ${service}/${probe} is up`,
    description: `${share} of its runs are inconclusive: the trouble is the prober's own (event loop, file descriptors, resolver, uplink).`,
    action: `Open ${urls.watchpost}/debug/${service}/${probe}: the reason says which. Nothing is known of what it looks at meanwhile.`,
    ...alertLinks(urls, { alertname: alert, service, probe }),
  }),
  fires: () => [
    {
      name: 'a probe most of whose runs are inconclusive fires',
      series: { [series('inconclusive')]: '0+1x60', [series('pass')]: '5x60' },
      // Two samples make an increase.
      trueFromMs: 5_000,
      labels,
      words: { ...labels, share: '100%' },
    },
    {
      name: 'a probe fires whose service has two others that pass',
      series: {
        [series('inconclusive')]: '0+1x60',
        [series('pass', 'live')]: '0+1x60',
        [series('pass', 'port')]: '0+1x60',
      },
      trueFromMs: 5_000,
      labels,
      words: { ...labels, share: '100%' },
    },
  ],
  quiet: () => [
    {
      name: 'a probe that is judged is quiet, whatever the verdict',
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

const labels = { service: 'shop-under-test', probe: 'ready' };

function series(verdict: string, probe = labels.probe): string {
  return `watchpost_probe_runs_total{service="shop-under-test",probe="${probe}",target="t",location="local",verdict="${verdict}",job="watchpost",instance="watchpost:9815"}`;
}
