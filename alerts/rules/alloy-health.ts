import { aggregate, select } from '../../stack/promql.ts';
import { anyTrouble, metaRule } from './meta.ts';

const at = 'job="alloy",instance="alloy:12345"';
const dropped = (reason: string) => `loki_write_dropped_entries_total{${at},reason="${reason}"}`;

/** Lines were read and did not get to Loki. */
export const alloyDroppingLogsRule = metaRule({
  alert: 'AlloyDroppingLogs',
  expr: `${aggregate('sum', ['reason'], `increase(${select('loki_write_dropped_entries_total')}[10m])`)} > 0`,
  forMs: 0,
  severity: 'warning',
  by: ['reason'],
  summary: 'Log lines are lost on their way to Loki',
  description: ({ reason }) => `Alloy gave up on lines of the last ten minutes (${reason}).`,
  action: 'Does Loki answer? curl -s http://127.0.0.1:3100/ready; docker compose logs --tail 50 alloy',
  bad: { [dropped('ingester_error')]: '0 5x200', [dropped('rate_limited')]: '0x200' },
  labels: { reason: 'ingester_error' },
  good: [{ name: 'what was lost long ago is quiet', series: { [dropped('rate_limited')]: '5x200' } }],
});

const components = (health: string) => `alloy_component_controller_running_components{${at},health_type="${health}"}`;
const containers = { component_id: 'discovery.docker.containers' };
const listing = `prometheus_sd_refresh_failures_total{${at},component_id="${containers.component_id}",mechanism="docker"}`;

/** What can go wrong, and the words for it. Alloy calls a component healthy that lists no containers, for want of its proxy. */
const troubles = [
  [
    `sum(${select('alloy_component_controller_running_components', { health_type: { not: 'healthy' } })}) > 0`,
    'has components that do not work',
  ],
  [
    `sum(increase(${select('prometheus_sd_refresh_failures_total', containers)}[2m])) > 0`,
    'cannot list the containers',
  ],
] as const;

/** A part of the log collector does not work: a source is not read, or nothing is sent. */
export const alloyUnhealthyRule = metaRule({
  alert: 'AlloyUnhealthy',
  expr: anyTrouble(troubles),
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  by: ['trouble'],
  summary: ({ trouble }) => `The log collector ${trouble}`,
  description: () => 'A source of logs may not be read, or what was read is not sent.',
  action:
    'docker compose logs --tail 50 alloy docker-proxy; http://127.0.0.1:12345 shows which component, and its error.',
  bad: { [components('healthy')]: '9x200', [components('unhealthy')]: '0 1x200', [listing]: '0x200' },
  labels: { trouble: 'has components that do not work' },
  trueFromMs: 60_000,
  good: [
    {
      name: 'healthy components are quiet',
      series: { [components('healthy')]: '9x200', [components('unhealthy')]: '0x200', [listing]: '5x200' },
    },
    { name: 'one that begins is quiet', series: { [components('unknown')]: '2 2 0x200' } },
    {
      name: 'a proxy that comes later is quiet',
      series: { [components('healthy')]: '9x200', [listing]: '0 20 40 40x200' },
    },
  ],
});
