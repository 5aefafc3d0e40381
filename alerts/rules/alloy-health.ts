import { aggregate, select } from '../../stack/promql.ts';
import { metaRule } from './meta.ts';

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

/** A part of the log collector does not work: a source is not read, or nothing is sent. */
export const alloyUnhealthyRule = metaRule({
  alert: 'AlloyUnhealthy',
  expr: `${aggregate('sum', ['health_type'], select('alloy_component_controller_running_components', { health_type: { not: 'healthy' } }))} > 0`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  by: ['health_type'],
  summary: 'A part of the log collector does not work',
  description: ({ health_type }) => `Components of Alloy are ${health_type}: a source of logs may not be read.`,
  action: 'Open http://127.0.0.1:12345: the graph shows which component, and its error.',
  bad: { [components('healthy')]: '9x200', [components('unhealthy')]: '0 1x200' },
  labels: { health_type: 'unhealthy' },
  trueFromMs: 60_000,
  good: [
    {
      name: 'healthy components are quiet',
      series: { [components('healthy')]: '9x200', [components('unhealthy')]: '0x200' },
    },
    { name: 'one that begins is quiet', series: { [components('unknown')]: '2 2 0x200' } },
  ],
});
