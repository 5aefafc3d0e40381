import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { countLinesBy, errorLevels, stream, where } from '../../stack/logql.ts';
import { aggregate, type Match, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { logsOverTime, logsSource, overTime, rows } from './data.ts';
import { barsPanel, graphPanel } from './graph.ts';
import { label, toLogsThen } from './links.ts';
import { step } from './queries.ts';
import { linkToService, tablePanel, width } from './table.ts';

/** The service beside another, such as blue beside green. What both have in common is one line each. */

/** The other one is `-`, the name of no service, where none is chosen. */
const both = { like: '$service|$compare' } as const satisfies Match;

/** Which version each colour runs, of one service with two colours or of two services. */
export function versions(): Table {
  const deployed = select('watchpost_deployed_timestamp_seconds', { service: both });
  return tablePanel({
    id: 30,
    title: 'What was deployed last',
    description:
      'The version of each service and colour, and since when, as the deploys were reported to the probe service. When a failure began right after one, go back to the version before.',
    alerts: ['ProbeDown'],
    queries: [rows(`${aggregate('max', ['service', 'colour', 'version'], deployed)} * 1000`)],
    columns: [
      { from: 'service', title: 'Service', properties: [linkToService('Service'), width(95)] },
      { from: 'colour', title: 'Colour', properties: [width(60)] },
      { from: 'version', title: 'Version', properties: [width(65)] },
      { from: 'Value', title: 'Deployed', properties: [{ id: 'unit', value: 'dateTimeFromNow' }] },
    ],
    sortBy: 'Deployed',
    none: 'No deploy was reported.',
  });
}

export function passedSideBySide(): Graph {
  const runs = (verdict: Match) =>
    aggregate(
      'sum',
      ['service'],
      `increase(${select('watchpost_probe_runs_total', { service: both, verdict })}${step})`,
    );
  return graphPanel({
    id: 31,
    title: 'Runs passed, side by side',
    description:
      'The share of runs that passed. When the new colour is below the old one after a deploy, send the traffic back.',
    unit: 'percentunit',
  })
    .interval('1m')
    .max(1)
    .withTarget(overTime(`${runs('pass')} / ${runs({ like: 'pass|fail' })}`, '{{service}}'));
}

export function durationsSideBySide(): Graph {
  const rate = `rate(${select('watchpost_service_probe_duration_seconds_bucket', { service: both })}${step})`;
  return graphPanel({
    id: 32,
    title: 'Duration of 95 % of the runs, side by side',
    description: 'How long 95 % of the runs took at most. A deploy that made it slower shows as a step at its mark.',
    unit: 's',
  })
    .interval('1m')
    .withTarget(overTime(`histogram_quantile(0.95, ${aggregate('sum', ['service', 'le'], rate)})`, '{{service}}'));
}

export function errorsSideBySide(place: Place): Graph {
  const lines = where(stream({ service_name: both }), 'detected_level', { like: errorLevels });
  return barsPanel({
    id: 33,
    title: 'Error lines, side by side',
    description:
      'Lines of level error or worse. Errors that begin at the mark of a deploy are its own: click one to read them.',
    alerts: ['LogErrorSpike'],
    unit: 'short',
  })
    .datasource(logsSource)
    .withTarget(logsOverTime(countLinesBy(['service_name'], lines, '$__auto'), '{{service_name}}'))
    .noValue('Neither logged an error, or neither has `logs` in watchpost.yaml.')
    .dataLinks(toLogsThen(place, label('service_name')));
}
