import { alertLinks } from '../../stack/alert.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { defineRule, labelValue } from './rule.ts';

const alert = 'ProbeFlapping';

/** Down and up three times in an hour: each was a page and its end, and nobody has found out why. */
export const probeFlappingRule = defineRule({
  alert,
  // A change is down or up; the state is confirmed, so a single failed request is none.
  expr: `${aggregate('max', ['service', 'probe', 'target', 'team'], `changes(${select('watchpost_probe_down')}[1h])`)} >= 6`,
  forMs: 0,
  stepMs: 60_000,
  severity: 'warning',
  team: 'series',
  templates: () => ({
    service: labelValue('service'),
    probe: labelValue('probe'),
    target: labelValue('target'),
    changes: '{{ $value | printf "%.0f" }}',
  }),
  annotations: ({ service, probe, target, changes }, { urls }) => ({
    summary: `${service}/${probe} is down again and again`,
    description: `${target} went down or came back ${changes} times in the last hour. Each page was over by itself, and the cause is still there.`,
    action:
      'Open the dashboard: at what intervals, and with which reason? One of several backends, a limit, a job that runs then.',
    ...alertLinks(urls, { alertname: alert, service, probe }),
  }),
  fires: () => [
    {
      name: 'a probe that was down three times in an hour fires',
      series: { [down]: '0x5 1 1 0x5 1 1 0x5 1 1 0x60' },
      // The third end.
      trueFromMs: 1_440_000,
      labels,
      words: { service: 'shop-under-test', probe: 'ready', target: 'http://shop.test', changes: '6' },
    },
    {
      name: 'of several locations the worst counts, not all together',
      series: { [down]: '0x5 1 1 0x5 1 1 0x5 1 1 0x60', [elsewhere]: '0x5 1 1 0x80' },
      trueFromMs: 1_440_000,
      labels,
      words: { service: 'shop-under-test', probe: 'ready', target: 'http://shop.test', changes: '6' },
    },
  ],
  quiet: () => [
    { name: 'a probe that is up is quiet', series: { [down]: '0x100' }, atMs: 3_600_000 },
    { name: 'one that stays down has its page', series: { [down]: '0 1x100' }, atMs: 3_600_000 },
    { name: 'down twice is quiet', series: { [down]: '0 1 0 1 1 0x100' }, atMs: 1_800_000 },
    {
      name: 'twice at each of two locations is no third time',
      series: { [down]: '0 1 0 1 1 0x100', [elsewhere]: '0 1 0 1 1 0x100' },
      atMs: 1_800_000,
    },
  ],
});

const id = (location: string) =>
  `service="shop-under-test",probe="ready",target="http://shop.test",location="${location}",severity="critical",team="default",job="watchpost"`;
const down = `watchpost_probe_down{${id('local')}}`;
const elsewhere = `watchpost_probe_down{${id('fra')}}`;
const labels = { service: 'shop-under-test', probe: 'ready', target: 'http://shop.test', team: 'default' };
