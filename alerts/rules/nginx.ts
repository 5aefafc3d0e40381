import { aggregate, select } from '../../stack/promql.ts';
import { moduleRule, probeOf, seriesOf } from './module-rule.ts';
import { unlessAProbePasses } from './word-of-a-probe.ts';

const byService = ['service', 'team'];
const kinds = ['nginx'] as const;
const series = seriesOf('nginx');
const up = series('nginx_up');

/** The exporter gets no answer, and no probe of ours either. What a probe finds is paged sooner, and mutes this. */
export const nginxDownRule = moduleRule({
  alert: 'NginxDown',
  kinds,
  expr: `${aggregate('max', byService, select('nginx_up'))} == 0 ${unlessAProbePasses('nginx')}`,
  forMs: 30_000,
  severity: 'warning',
  templates: {},
  text: ({ service }) => ({
    summary: `${service}: nginx is down`,
    description:
      'Its exporter has had no answer from its status page for 30 seconds, and no probe of it passes. It is dropped as well when the connections of a worker are used up.',
    action: 'Does it run, and what does it say? systemctl status nginx; tail -n 20 /var/log/nginx/error.log',
  }),
  fires: [
    { name: 'a server that does not answer fires', series: { [up]: '1 1 0x20' }, trueFromMs: 10_000, words: {} },
    {
      name: 'a probe that only opens the port proves nothing',
      series: { [up]: '1 0x20', ...probeOf('nginx', 'tcp', '0x20') },
      trueFromMs: 5_000,
      words: {},
    },
  ],
  quiet: [
    { name: 'a server that answers is quiet', series: { [up]: '1x100' } },
    { name: 'a restart is over before it pages', series: { [up]: '1 0x5 1x20' }, atMs: 30_000 },
    {
      name: 'where a probe is answered, it is the status page that is not',
      series: { [up]: '0x100', ...probeOf('nginx', 'http', '0x100') },
    },
  ],
});

const accepted = series('nginx_connections_accepted');
const handled = series('nginx_connections_handled');
const increased = (name: 'nginx_connections_accepted' | 'nginx_connections_handled') =>
  aggregate('sum', byService, `increase(${select(name)}[1m])`);

/** A worker has no connection left, and closes what it has just accepted: users see it at once. */
export const nginxDroppingConnectionsRule = moduleRule({
  alert: 'NginxDroppingConnections',
  kinds,
  // The two are scraped together, but computed apart: less than half a connection is a matter of rounding.
  expr: `${increased('nginx_connections_accepted')} - ${increased('nginx_connections_handled')} > 0.5`,
  forMs: 60_000,
  severity: 'critical',
  criticalBecause: 'user-visible',
  templates: { count: '{{ $value | printf "%.0f" }}' },
  text: ({ service, count }) => ({
    summary: `${service}: nginx drops connections`,
    description: `${count} in the last minute were closed as soon as they came in, expected none: the connections of its workers are used up.`,
    action:
      'Who holds them? ss -tn state established "( sport = :443 )" | wc -l; a slow upstream holds two each. Raise worker_connections and reload.',
  }),
  fires: [
    {
      name: 'a server that closes what it accepts fires',
      series: { [accepted]: '100+10x60', [handled]: '100 110 120+5x60' },
      trueFromMs: 15_000,
      words: { count: '60' },
    },
  ],
  quiet: [
    {
      name: 'a server that handles what it accepts is quiet',
      series: { [accepted]: '100+7x200', [handled]: '90+7x200' },
    },
    {
      name: 'a moment without is quiet',
      series: { [accepted]: '100 110 120 130x200', [handled]: '100 105 110 120x200' },
      atMs: 65_000,
    },
    { name: 'a restart counts anew', series: { [accepted]: '900 903 2 5 8x200', [handled]: '880 883 2 5 8x200' } },
  ],
});
