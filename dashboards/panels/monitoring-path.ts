import { BigValueGraphMode, VizOrientation } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { receiptStale, silentAfterMs, watchdog } from '../../stack/alert-path.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { firingAlerts } from '../series.ts';
import { now, overTime, rows } from './data.ts';
import { areasPanel, countsPanel, linesPanel } from './lines.ts';
import { bad, from, good, unknown, words } from './look.ts';
import { numberPanel } from './number.ts';
import { step } from './queries.ts';
import { tablePanel } from './table.ts';
import { timelinePanel } from './timeline.ts';

/** Panels about the way of an alert: from a rule by Alertmanager to a message, and the ways beside it. */

const range = '[$__range]';
const notWatchdog = { alertname: { not: watchdog } };

/** What stands at each stage now, and what has passed it over the time range, in the order of the path. */
export function funnel(): BigNumber {
  const passed = (selector: string) => `sum(increase(${selector}${range}))`;
  const stages: readonly (readonly [string, string])[] = [
    [`count(${select('ALERTS', { alertstate: 'pending', ...notWatchdog })}) or vector(0)`, 'pending now'],
    [`count(${firingAlerts}) or vector(0)`, 'firing now'],
    [passed(select('prometheus_notifications_sent_total')), 'sent by Prometheus'],
    [passed(select('watchpost_fast_path_posts_total', { result: 'ok' })), 'posts of the probe service'],
    [passed(select('alertmanager_alerts_received_total')), 'received by Alertmanager'],
    [`sum(${select('alertmanager_alerts', { state: 'suppressed' })})`, 'muted now'],
    [passed(select('alertmanager_notifications_total')), 'messages tried'],
    [passed(select('alertmanager_notifications_failed_total')), 'messages given up'],
    [passed(select('watchpost_receipts_total')), 'came back here'],
  ];
  return numberPanel({
    id: 20,
    title: 'How far alerts get',
    description:
      'From left to right, over the time range: where the numbers stop, the path is broken. An alert that lasts is sent again every minute, so there are more sent than firing; muted ones are behind what is down.',
    alerts: ['PrometheusAlertsNotSent', 'AlertmanagerDeliveryFailing', receiptStale],
    expr: '',
    legend: 'x',
    unit: 'short',
    decimals: 0,
    colours: from(unknown),
    none: '0',
  })
    .targets(stages.map(([expr, legend], index) => now(expr, legend, String.fromCharCode(65 + index))))
    .orientation(VizOrientation.Vertical)
    .graphMode(BigValueGraphMode.None)
    .overrideByName('messages given up', [{ id: 'thresholds', value: from(good, [1, bad]).build() }]);
}

export function roundTrip(): Graph {
  return linesPanel({
    id: 21,
    title: 'The Watchdog alert on its way',
    description:
      'How old the number was that came back with it: a scrape, a rule, Alertmanager, and the pauses between two sendings. Above the line it has been silent, and the fallback pager speaks.',
    alerts: [receiptStale],
    unit: 's',
    limits: [[silentAfterMs / 1_000, bad]],
    queries: [[aggregate('max', ['source'], select('watchpost_alert_path_seconds')), '{{source}}']],
    none: 'It has not come back yet.',
  });
}

export function alerts(): Graph {
  return areasPanel({
    id: 22,
    title: 'Alerts of the rules',
    description:
      'Pending: the cause is there, and the wait of the rule is not over. Many that never fire are rules that wait too long, or causes that come and go.',
    unit: 'short',
    queries: [[aggregate('count', ['alertstate'], select('ALERTS', notWatchdog)), '{{alertstate}}']],
    none: 'No alert in this time.',
  });
}

export function messages(): Graph {
  const counted = (name: 'alertmanager_notifications_total' | 'alertmanager_notifications_failed_total') =>
    aggregate('sum', ['integration'], `increase(${select(name)}${step})`);
  const given = counted('alertmanager_notifications_failed_total');
  return countsPanel({
    id: 23,
    title: 'Messages by channel',
    description:
      'What Alertmanager delivered and what it gave up. `webhook` is the Watchdog alert on its way back: where it stops, so does everything. A channel with failures: `./watchpost page --test`.',
    alerts: ['AlertmanagerDeliveryFailing'],
    unit: 'short',
    queries: [
      [`${counted('alertmanager_notifications_total')} - ${given} > 0`, '{{integration}}'],
      [`${given} > 0`, '{{integration}} given up'],
    ],
    none: 'No message in this time.',
  });
}

export function latency(): Graph {
  const by = ['integration', 'le'];
  const buckets = aggregate('sum', by, `rate(${select('alertmanager_notification_latency_seconds_bucket')}${step})`);
  return linesPanel({
    id: 24,
    title: 'How long a channel takes',
    description:
      '95 % of the requests to it were faster. It is part of the time to a page; seconds are a relay that thinks, or a network that loses packets.',
    unit: 's',
    queries: [[`histogram_quantile(0.95, ${buckets}) >= 0`, '{{integration}}']],
    none: 'No message in this time.',
  });
}

export function failures(): Table {
  return tablePanel({
    id: 25,
    title: 'Why messages were given up',
    description:
      'Over the time range. clientError: the channel refuses (a wrong URL, password or address); serverError, other: it could not be reached, and Alertmanager tried until the next message was due.',
    alerts: ['AlertmanagerDeliveryFailing'],
    queries: [
      rows(
        `${aggregate('sum', ['integration', 'reason'], `increase(${select('alertmanager_notifications_failed_total')}${range})`)} > 0`,
      ),
    ],
    columns: [
      { from: 'integration', title: 'Channel' },
      { from: 'reason', title: 'Reason' },
      { from: 'Value', title: 'Given up', properties: [{ id: 'decimals', value: 0 }] },
    ],
    sortBy: 'Given up',
    none: 'Every message was delivered.',
  });
}

export function ownMessages(): Graph {
  return countsPanel({
    id: 26,
    title: 'Sent by the probe service itself',
    description:
      'Where there is no Alertmanager, or the path is broken. Waiting ones are tried again until they are delivered; they survive a restart. Failed: the channel does not answer here either.',
    alerts: [receiptStale],
    unit: 'short',
    queries: [
      [
        aggregate('sum', ['channel', 'result'], `increase(${select('watchpost_notifications_total')}${step})`),
        '{{channel}} {{result}}',
      ],
      [aggregate('max', ['channel'], select('watchpost_fallback_waiting_messages')), '{{channel}} waiting'],
    ],
    none: 'It has no channel of its own.',
  });
}

export function brokenAt(): Timeline {
  return timelinePanel({
    id: 27,
    title: 'Where the path is broken',
    description:
      'As far as the probe service can see, by stage. The first that is red is the one to repair; while it is, the probe service tells by itself what is down.',
    alerts: [receiptStale, 'PrometheusAlertsNotSent'],
  })
    .withTarget(
      overTime(
        aggregate('max', ['stage'], `max_over_time(${select('watchpost_fallback_active')}${step})`),
        '{{stage}}',
      ),
    )
    .mappings([words({ 0: ['well', good], 1: ['broken', bad] })])
    .thresholds(from(good, [1, bad]))
    .noValue('The probe service does not watch the path: it has no Alertmanager.');
}
