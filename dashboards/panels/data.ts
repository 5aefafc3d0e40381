import { DatasourceVariableBuilder, VariableHide } from '@grafana/grafana-foundation-sdk/dashboard';
import { DataqueryBuilder as LokiQuery } from '@grafana/grafana-foundation-sdk/loki';
import { DataqueryBuilder as PrometheusQuery, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { dataSources } from '../../stack/parts.ts';

/** The data sources as panels name them: by a variable, so that a dashboard can be copied into another Grafana. */
export const metricsSource = { type: 'prometheus', uid: '$prometheus_datasource' } as const;
export const logsSource = { type: 'loki', uid: '$loki_datasource' } as const;

export function metricsVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('prometheus_datasource')
    .label('Prometheus data source')
    .type('prometheus')
    .hide(VariableHide.HideVariable)
    .current({ text: 'Prometheus', value: dataSources.prometheus });
}

export function logsVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('loki_datasource')
    .label('Loki data source')
    .type('loki')
    .hide(VariableHide.HideVariable)
    .current({ text: 'Loki', value: dataSources.loki });
}

/** Over the time range of the dashboard. */
export function overTime(expr: string, legend: string, refId = 'A'): PrometheusQuery {
  return new PrometheusQuery().datasource(metricsSource).expr(expr).legendFormat(legend).range().refId(refId);
}

/** The value at the end of the time range. */
export function now(expr: string, legend = '', refId = 'A'): PrometheusQuery {
  return new PrometheusQuery().datasource(metricsSource).expr(expr).legendFormat(legend).instant().refId(refId);
}

/** The same for a table: one row for each series, one column for each label. */
export function rows(expr: string, refId = 'A'): PrometheusQuery {
  return now(expr, '', refId).format(PromQueryFormat.Table);
}

export function logLines(expr: string, refId = 'A'): LokiQuery {
  return new LokiQuery().datasource(logsSource).expr(expr).queryType('range').refId(refId);
}

/** One number for each series of a metric query, at the end of the time range. */
export function logsNow(expr: string, legend: string, refId = 'A'): LokiQuery {
  return new LokiQuery().datasource(logsSource).expr(expr).legendFormat(legend).queryType('instant').refId(refId);
}

export function logsOverTime(expr: string, legend: string, refId = 'A'): LokiQuery {
  return logLines(expr, refId).legendFormat(legend);
}
