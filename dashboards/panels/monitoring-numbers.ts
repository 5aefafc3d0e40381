import type { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { receiptStale, silentAfterMs } from '../../stack/alert-path.ts';
import { select } from '../../stack/promql.ts';
import { now } from './data.ts';
import { trendPanel } from './lines.ts';
import { bad, from, good, limits, words } from './look.ts';
import { numberPanel } from './number.ts';

const range = '[$__range]';
const inRange = (selector: string) => `sum(increase(${selector}${range}))`;

/** The first row of the monitoring itself: green when a page would arrive, and be true. */
export function numbers(): readonly PanelBuilder[] {
  return [
    trendPanel({
      id: 1,
      title: 'Alerts last came through',
      description:
        'How long ago the Watchdog alert of each source came back; they do so every minute or two. Where it is red, pages may not arrive: the row below says at which stage.',
      alerts: [receiptStale],
      expr: `time() - max by (source) (${select('watchpost_alert_path_last_success_timestamp_seconds')} > 0)`,
      legend: '{{source}}',
      unit: 's',
      decimals: 0,
      colours: from(good, [silentAfterMs / 1_000, bad]),
      none: 'never',
    }),
    trendPanel({
      id: 2,
      title: 'Not scraped',
      description:
        'Parts of the stack, and services with metrics, that do not answer Prometheus. When it is not 0, the table of targets names them.',
      alerts: ['TargetDown', 'ProbeServiceDown'],
      expr: `count(${select('up')} == 0) or vector(0)`,
      unit: 'none',
      colours: limits([1, bad]),
    }),
    numberPanel({
      id: 3,
      title: 'Messages not delivered',
      description:
        'What Alertmanager gave up on in this time. What was in it may be known nowhere else: `./watchpost page --test` says what each channel answers.',
      alerts: ['AlertmanagerDeliveryFailing'],
      expr: inRange(select('alertmanager_notifications_failed_total', { integration: { not: 'webhook' } })),
      unit: 'none',
      decimals: 0,
      colours: limits([1, bad]),
      none: 'not known',
    }),
    numberPanel({
      id: 4,
      title: 'Rules not computed',
      description:
        'Evaluations that failed in this time. An alert that cannot be computed does not fire: the page "Rule health" of Prometheus has the error.',
      alerts: ['PrometheusRuleFailures'],
      expr: inRange(select('prometheus_rule_evaluation_failures_total')),
      unit: 'none',
      decimals: 0,
      colours: limits([1, bad]),
      none: 'not known',
    }),
    trendPanel({
      id: 5,
      title: 'Probes overdue',
      description:
        'Probes that have not run for longer than can be explained. When it is not 0, look at the debug page of one of them, then restart the probe service.',
      alerts: ['ProbeStale'],
      expr: `max(${select('watchpost_stuck_probes')})`,
      unit: 'none',
      colours: limits([1, bad]),
      none: 'not known',
    }),
    trendPanel({
      id: 6,
      title: 'The prober tells the truth',
      description:
        'Whether it judges its own two controls rightly: one that must pass, one that must fail. If not, check a service by hand before you believe or ignore a page.',
      alerts: ['ProberLies'],
      expr: `min(${select('watchpost_control_correct')})`,
      unit: 'none',
      colours: from(bad, [1, good]),
      none: 'not known',
    })
      .mappings([words({ 0: ['no', bad], 1: ['yes', good] })])
      .targets([now(`min(${select('watchpost_control_correct')})`)]),
  ];
}
