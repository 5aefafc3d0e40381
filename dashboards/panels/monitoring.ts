import { VizOrientation, VizTextDisplayOptionsBuilder } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, type SeriesName, select } from '../../stack/promql.ts';
import { now, overTime } from './data.ts';
import { barsPanel } from './graph.ts';
import { bad, from, good, words } from './look.ts';
import { numberPanel } from './number.ts';
import { timelinePanel } from './timeline.ts';

/** Panels about the monitoring itself. */

export function partsOverTime(): Timeline {
  return timelinePanel({
    id: 101,
    title: 'Who answers Prometheus: 20, those that did not first',
    description:
      'Whether each part, and each service with metrics, could be scraped. When one is red, look at it with `docker compose ps` and its log.',
    alerts: ['TargetDown'],
  })
    .withTarget(
      overTime(
        `${byJob(`min_over_time(${select('up')}[$__rate_interval])`)} and on (job) bottomk(20, ${byJob(`min_over_time(${select('up')}[$__range] @ end())`)})`,
        '{{job}}',
      ),
    )
    .mappings([words({ 0: ['does not answer', bad], 1: ['answers', good] })])
    .thresholds(from(bad, [1, good]));
}

function byJob(vector: string): string {
  return aggregate('min', ['job'], vector);
}

export function configurations(): BigNumber {
  return numberPanel({
    id: 102,
    title: 'Configuration',
    description:
      'Whether the last reload was accepted. A part that refused one goes on with the one before: run `./watchpost check`, then `./watchpost reload`.',
    expr: aggregate('min', ['job'], select('watchpost_config_last_reload_successful')),
    legend: '{{job}}',
    unit: 'none',
    colours: from(bad, [1, good]),
  })
    .withTarget(now(aggregate('min', ['job'], select('prometheus_config_last_reload_successful')), '{{job}}', 'B'))
    .withTarget(now(aggregate('min', ['job'], select('alertmanager_config_last_reload_successful')), '{{job}}', 'C'))
    .orientation(VizOrientation.Horizontal)
    .text(new VizTextDisplayOptionsBuilder().titleSize(14).valueSize(22))
    .mappings([words({ 0: ['refused', bad], 1: ['current', good] })]);
}

export function troubles(): Graph {
  // One query: of several that are all empty, Grafana shows an error instead of the words for none.
  const all = wrong.map(({ expr, what }) => `label_replace(${expr} > 0, "what", "${what}", "", "")`).join(' or ');
  return barsPanel({
    id: 103,
    title: 'What went wrong',
    description:
      'Should be empty. Each name says what failed: messages that could not be delivered, rules that could not be evaluated, runs that were skipped, log lines that were lost.',
    alerts: [
      'AlertmanagerDeliveryFailing',
      'PrometheusAlertsNotSent',
      'PrometheusRuleFailures',
      'ProberInconclusive',
      'LokiDiscarding',
      'AlloyDroppingLogs',
    ],
    unit: 'short',
  })
    .withTarget(overTime(all, '{{what}} {{integration}}{{place}}{{result}}'))
    .noValue('Nothing went wrong.');
}

const wrong: readonly { readonly expr: string; readonly what: string }[] = [
  {
    expr: `sum by (integration) (${grown(select('alertmanager_notifications_failed_total'))})`,
    what: 'not delivered:',
  },
  { expr: sumOf('prometheus_notifications_dropped_total'), what: 'alerts dropped by Prometheus' },
  { expr: sumOf('prometheus_rule_evaluation_failures_total'), what: 'rules not evaluated' },
  { expr: sumOf('watchpost_probe_skipped_runs_total'), what: 'runs skipped' },
  {
    expr: `sum(${grown(select('watchpost_probe_runs_total', { verdict: 'inconclusive' }))})`,
    what: 'runs that say nothing',
  },
  { expr: `sum by (place) (${grown(select('watchpost_internal_errors_total'))})`, what: 'fault of ours:' },
  {
    expr: `sum by (result) (${grown(select('watchpost_log_records_total', { result: { not: 'sent' } }))})`,
    what: 'log records of the probe service:',
  },
  { expr: sumOf('loki_discarded_samples_total'), what: 'log lines refused by Loki' },
  { expr: sumOf('loki_write_dropped_entries_total'), what: 'log lines lost by Alloy' },
];

function sumOf(series: SeriesName): string {
  return `sum(${grown(select(series))})`;
}

function grown(selector: string): string {
  return `increase(${selector}[$__rate_interval])`;
}
