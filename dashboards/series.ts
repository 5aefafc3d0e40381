/**
 * Series of other components that panels ask for, with the labels that a panel may name. What the probe service exports
 * and what rules record stand in `stack/`.
 */
export const foreignSeries = {
  /** Made by Prometheus for every alert of its rules. */
  ALERTS: ['alertname', 'alertstate', 'severity', 'team', 'service', 'probe', 'job', 'instance'],
  prometheus_config_last_reload_successful: ['job'],
  prometheus_rule_evaluation_failures_total: ['rule_group'],
  prometheus_notifications_dropped_total: [],
  prometheus_notifications_errors_total: ['alertmanager'],
  alertmanager_config_last_reload_successful: ['job'],
  alertmanager_notifications_failed_total: ['integration', 'reason'],
  loki_discarded_samples_total: ['reason'],
  loki_write_dropped_entries_total: ['reason'],
} as const satisfies Record<string, readonly string[]>;

export type ForeignSeries = keyof typeof foreignSeries;

/** A selector on one of these series. */
export function foreign(name: ForeignSeries, matchers = ''): string {
  return matchers === '' ? name : `${name}{${matchers}}`;
}

/** What fires, apart from the alert that always does. */
export const firingAlerts = foreign('ALERTS', 'alertstate="firing",alertname!="Watchdog"');
