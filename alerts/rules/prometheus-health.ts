import { formatDuration } from '../../stack/duration.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { metaRule } from './meta.ts';

const at = 'job="prometheus",instance="prometheus:9090"';
const reloaded = `prometheus_config_last_reload_successful{${at}}`;

/** A reload that is made good within this time is no alert. */
const reloadWindowMs = 300_000;

/** It runs on with the configuration from before: what was changed since is not watched. */
export const prometheusConfigReloadFailedRule = metaRule({
  alert: 'PrometheusConfigReloadFailed',
  expr: `max_over_time(${select('prometheus_config_last_reload_successful')}[${formatDuration(reloadWindowMs)}]) == 0`,
  forMs: 120_000,
  holdsAfterMs: reloadWindowMs,
  stepMs: 60_000,
  severity: 'warning',
  by: [],
  summary: 'Prometheus did not take its new configuration',
  description: () => 'It runs on with the one before: rules and targets that were changed since then are not in force.',
  action: 'Run ./watchpost check, then ./watchpost reload, and read what it says of Prometheus.',
  bad: { [reloaded]: '1 0x200' },
  labels: { job: 'prometheus', instance: 'prometheus:9090' },
  trueFromMs: 300_000,
  good: [
    { name: 'a configuration that was taken is quiet', series: { [reloaded]: '1x200' } },
    { name: 'one that was taken at the second try is quiet', series: { [reloaded]: '1 0 0 1x200' } },
  ],
});

const failures = (group: string) => `prometheus_rule_evaluation_failures_total{${at},rule_group="${group}"}`;

/** An alert that cannot be computed does not fire. */
export const prometheusRuleFailuresRule = metaRule({
  alert: 'PrometheusRuleFailures',
  expr: `${aggregate('sum', ['rule_group'], `increase(${select('prometheus_rule_evaluation_failures_total')}[5m])`)} > 0`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  by: ['rule_group'],
  summary: 'Prometheus cannot compute some of its rules',
  description: ({ rule_group }) => `Evaluations of ${rule_group} fail: its alerts do not fire, whatever happens.`,
  action: 'Open the page "Rule health" of Prometheus: it shows the error beside the rule.',
  bad: { [failures('probe-down')]: '0+5x200' },
  labels: { rule_group: 'probe-down' },
  trueFromMs: 60_000,
  good: [
    { name: 'rules that are computed are quiet', series: { [failures('probe-down')]: '3x200' } },
    { name: 'one failed evaluation is over by itself', series: { [failures('probe-down')]: '0 0 1x200' } },
  ],
});

const dropped = `prometheus_notifications_dropped_total{${at}}`;
const discovered = `prometheus_notifications_alertmanagers_discovered{${at}}`;

/** With nothing but the Watchdog alert to send: again a minute after the last time, at the next evaluation. */
const droppedOncePerResend = `0 ${Array.from({ length: 15 }, (_, i) => `${i + 1}x12`).join(' ')}`;

/**
 * Alerts fire and nobody hears of them; the fast path of the probe service may still get through. A minute would be too short a
 * window: where the Watchdog alert is all there is to send, one is dropped every 65 s, and it would never be true for long.
 */
export const prometheusAlertsNotSentRule = metaRule({
  alert: 'PrometheusAlertsNotSent',
  expr:
    `${aggregate('sum', ['job'], `increase(${select('prometheus_notifications_dropped_total')}[5m])`)} > 0` +
    ` or ${aggregate('max', ['job'], select('prometheus_notifications_alertmanagers_discovered'))} < 1`,
  forMs: 120_000,
  severity: 'warning',
  by: [],
  summary: 'Prometheus cannot hand its alerts to Alertmanager',
  description: () =>
    'Alerts are dropped, or no Alertmanager is known. What is down is paged by the probe service alone.',
  action: 'Does Alertmanager run? docker compose ps alertmanager; docker compose logs --tail 50 alertmanager',
  bad: { [dropped]: droppedOncePerResend, [discovered]: '1x200' },
  labels: { job: 'prometheus' },
  good: [
    { name: 'alerts that are taken are quiet', series: { [dropped]: '7x200', [discovered]: '1x200' } },
    { name: 'no Alertmanager for a moment is quiet', series: { [dropped]: '0x200', [discovered]: '0 0 1x200' } },
  ],
});

const compactions = `prometheus_tsdb_compactions_failed_total{${at}}`;
const corruptions = `prometheus_tsdb_wal_corruptions_total{${at}}`;

/** Metrics are about to be lost: most often the disk is full. */
export const prometheusStorageFailingRule = metaRule({
  alert: 'PrometheusStorageFailing',
  expr:
    `${aggregate('sum', ['job'], `increase(${select('prometheus_tsdb_compactions_failed_total')}[1h])`)} > 0` +
    ` or ${aggregate('sum', ['job'], `increase(${select('prometheus_tsdb_wal_corruptions_total')}[1h])`)} > 0`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  by: [],
  summary: 'Prometheus cannot keep its metrics',
  description: () =>
    'Compactions fail, or the log of what is not compacted yet is damaged. Objectives are computed from what is kept.',
  action: 'Is the disk full? docker system df; docker compose logs --tail 50 prometheus',
  bad: { [compactions]: '0+1x200', [corruptions]: '0x200' },
  labels: { job: 'prometheus' },
  trueFromMs: 60_000,
  good: [{ name: 'a storage that works is quiet', series: { [compactions]: '2x200', [corruptions]: '1x200' } }],
});
