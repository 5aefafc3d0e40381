import { monitoringLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { anyTrouble, metaRule } from './meta.ts';

const at = 'job="loki",instance="loki:3100"';
const discarded = (reason: string) => `loki_discarded_samples_total{${at},reason="${reason}"}`;

/** Lines were sent and are not there. */
export const lokiDiscardingRule = metaRule({
  alert: 'LokiDiscarding',
  expr: `${aggregate('sum', ['reason'], `increase(${select('loki_discarded_samples_total')}[10m])`)} > 0`,
  forMs: 0,
  severity: 'warning',
  by: ['reason'],
  summary: 'Loki throws log lines away',
  description: ({ reason }) => `Lines of the last ten minutes were refused (${reason}) and are lost.`,
  action: 'The reason names the limit: look for it in loki/generated/loki.yaml, or for who sends so much.',
  bad: { [discarded('rate_limited')]: '0 20x200', [discarded('line_too_long')]: '0x200' },
  labels: { reason: 'rate_limited' },
  good: [{ name: 'what was discarded long ago is quiet', series: { [discarded('rate_limited')]: '20x200' } }],
});

const retention = `loki_compactor_apply_retention_last_successful_run_timestamp_seconds{${at}}`;

/** Old lines are not deleted, and the disk fills. After a start it has not run yet: that is what the wait is for. */
export const lokiRetentionStalledRule = metaRule({
  alert: 'LokiRetentionStalled',
  expr: `time() - ${aggregate('max', ['job'], select('loki_compactor_apply_retention_last_successful_run_timestamp_seconds'))} > ${monitoringLimits.retentionStalledSeconds}`,
  forMs: 1_800_000,
  holdsAfterMs: monitoringLimits.retentionStalledSeconds * 1_000,
  stepMs: 60_000,
  severity: 'warning',
  by: [],
  summary: 'Loki deletes nothing any more',
  description: () =>
    'Its retention has not run through for more than six hours: what should be gone is kept, and the disk fills.',
  action: 'docker compose logs --tail 200 loki | grep -i -E "compact|retention"',
  bad: { [retention]: '-21600x900' },
  labels: { job: 'loki' },
  trueFromMs: 60_000,
  good: [{ name: 'a retention that runs is quiet', series: { [retention]: '0+60x900' } }],
});

/** What can go wrong in the ruler, and the words for it. Each holds for as long as it does. */
const rulerTroubles = [
  [`sum(increase(${select('loki_prometheus_rule_evaluation_failures_total')}[2m])) > 0`, 'cannot evaluate its rules'],
  [`sum(increase(${select('loki_prometheus_notifications_dropped_total')}[2m])) > 0`, 'loses the alerts it sends'],
  [`min(${select('loki_ruler_config_last_reload_successful')}) == 0`, 'refuses its rules'],
] as const;

const failures = `loki_prometheus_rule_evaluation_failures_total{${at},rule_group="/loki/rules-temp/fake/log-fatal.yaml;log-fatal",user="fake"}`;
const droppedAlerts = `loki_prometheus_notifications_dropped_total{${at},user="fake"}`;
const rulesTaken = `loki_ruler_config_last_reload_successful{${at},user="fake"}`;

/** Nobody is told of what stands in the logs. A failure at the start, or of one evaluation, is over before the wait is. */
export const lokiRulerFailingRule = metaRule({
  alert: 'LokiRulerFailing',
  expr: anyTrouble(rulerTroubles),
  forMs: 300_000,
  severity: 'warning',
  by: ['trouble'],
  summary: 'Alerts about logs are not sent',
  description: ({ trouble }) => `Loki's ruler ${trouble}: what its rules are to warn of may happen unseen.`,
  action: 'docker compose logs --tail 200 loki | grep -i -E "rule|notif|alertmanager"',
  bad: { [failures]: '0+1x200', [droppedAlerts]: '0x200', [rulesTaken]: '1x200' },
  labels: { trouble: 'cannot evaluate its rules' },
  good: [
    {
      name: 'what failed once is quiet',
      series: { [failures]: '0 1x200', [droppedAlerts]: '0 5x200', [rulesTaken]: '1 0 0 1x200' },
    },
    {
      name: 'rules that are taken and alerts that arrive are quiet',
      series: { [failures]: '0x200', [droppedAlerts]: '0x200', [rulesTaken]: '1x200' },
    },
  ],
});
