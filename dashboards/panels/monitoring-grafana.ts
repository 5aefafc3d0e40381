import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import { linesPanel } from './lines.ts';
import { step } from './queries.ts';

/** Panels about Grafana: do the dashboards answer who looks at them? */

export function answers(): Graph {
  const status = ['status_code'];
  return linesPanel({
    id: 90,
    title: 'Answers of Grafana',
    description:
      'Each second, by status. 5xx: a query that failed, or a data source that does not answer; 401 and 403 rising: somebody tries passwords. Its log has the path of each.',
    alerts: ['TargetDown'],
    unit: 'reqps',
    queries: [
      [
        aggregate('sum', status, `rate(${select('grafana_http_request_duration_seconds_count')}${step})`),
        '{{status_code}}',
      ],
    ],
  });
}

export function slowness(): Graph {
  const buckets = aggregate('sum', ['le'], `rate(${select('grafana_http_request_duration_seconds_bucket')}${step})`);
  return linesPanel({
    id: 91,
    title: 'How long Grafana takes',
    description:
      'Half and 95 % of the answers were faster, queries to Prometheus and Loki among them. Slow with a busy Prometheus or Loki: a dashboard over too much time; choose less.',
    unit: 's',
    queries: [0.5, 0.95].map(
      (quantile) => [`histogram_quantile(${quantile}, ${buckets}) >= 0`, `${quantile * 100} %`] as const,
    ),
  });
}
