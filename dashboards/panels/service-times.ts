import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { httpPhases, type MetricName, metrics } from '../../stack/metrics.ts';
import { aggregate, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { overTime } from './data.ts';
import { graphPanel, stackedPanel } from './graph.ts';
import { toLogsThen } from './links.ts';
import { chosen, step } from './queries.ts';

/** How long the chosen probes take, and where. */

export function slowest(place: Place): Graph {
  return graphPanel({
    id: 7,
    title: 'Duration',
    description:
      'The slowest run in each step. A rise before a failure is a target that is overloaded, not one that is gone.',
    unit: 's',
  })
    .withTarget(
      overTime(
        aggregate('max', ['probe'], `max_over_time(${select('probe_duration_seconds', chosen)}${step})`),
        '{{probe}}',
      ),
    )
    .dataLinks(toLogsThen(place, '$service'));
}

export function phases(): Graph {
  const panel = stackedPanel({
    id: 8,
    title: 'Where the time goes',
    description:
      'Mean of the chosen probes. Resolve: the name server. Connect and tls: the network, or a full backlog. Processing, query: the application or the database. Transfer: the size of the answer.',
    unit: 's',
  });
  for (const [index, { expr, legend }] of [...phasesOfHttp(), ...phasesOfOthers()].entries()) {
    panel.withTarget(overTime(expr, legend, String.fromCharCode(65 + index)));
  }
  return panel.noValue('None of the chosen probes has phases.');
}

interface PhaseQuery {
  readonly expr: string;
  readonly legend: string;
}

/** One query each, so that they lie on top of each other in the order in which they happen. */
function phasesOfHttp(): readonly PhaseQuery[] {
  return httpPhases.map((phase) => ({
    expr: `avg(avg_over_time(${select('probe_http_duration_seconds', { ...chosen, phase })}${step}))`,
    legend: phase,
  }));
}

function phasesOfOthers(): readonly PhaseQuery[] {
  const names = (Object.keys(metrics) as MetricName[]).filter(
    (name) => name !== 'probe_http_duration_seconds' && (metrics[name].labels as readonly string[]).includes('phase'),
  );
  return names.map((name) => ({
    expr: `avg by (phase) (avg_over_time(${select(name, chosen)}${step}))`,
    legend: `${/probe_(\w+)_duration_seconds/.exec(name)?.[1] ?? name}: {{phase}}`,
  }));
}

export function percentiles({ withTraces = false }: Place): Graph {
  const rate = `rate(${select('watchpost_service_probe_duration_seconds_bucket', { service: '$service' })}${step})`;
  const buckets = aggregate('sum', ['le'], rate);
  const panel = graphPanel({
    id: 9,
    title: 'Duration, all probes of the service',
    description:
      'Half, 95 % and 99 % of the runs were at least as fast. When only the 99 % rise, some requests are slow, not all.',
    unit: 's',
  }).interval('1m');
  for (const [refId, quantile] of [['A', 0.5] as const, ['B', 0.95] as const, ['C', 0.99] as const]) {
    const query = overTime(`histogram_quantile(${quantile}, ${buckets})`, `${quantile * 100} %`, refId);
    // Once is enough: they are the points of the same runs.
    panel.withTarget(withTraces && quantile === 0.99 ? query.exemplar(true) : query);
  }
  return panel;
}
