import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { overTime, rows } from './data.ts';
import { barsPanel } from './graph.ts';
import { toLogsThen } from './links.ts';
import { bad, fixed, good, reasonWords, warning } from './look.ts';
import { chosen, orNone, step } from './queries.ts';
import { tablePanel, width } from './table.ts';
import { probeTimeline } from './timeline.ts';

/** When the chosen probes were down, and why. */

export function upAndDown(place: Place): Timeline {
  return probeTimeline(
    {
      id: 5,
      title: 'Up and down',
      description:
        'When each probe was confirmed down. A gap: it did not run. Click one for the log lines of that time: they say what happened.',
      alerts: ['ProbeDown', 'ProbeFlapping'],
    },
    chosen,
    '{{probe}}',
  ).dataLinks(toLogsThen(place, '$service'));
}

export function failures(): Table {
  const seen = `max_over_time(${select('watchpost_probe_failing_info', chosen)}[$__range])`;
  return tablePanel({
    id: 6,
    title: 'Failures in this time',
    description:
      'What was found each time a failure was confirmed. The runbook of ProbeDown says what to do for each reason.',
    alerts: ['ProbeDown'],
    queries: [rows(aggregate('max', ['probe', 'target', 'reason', 'found', 'expected'], seen))],
    columns: [
      { from: 'probe', title: 'Probe', properties: [width(110)] },
      { from: 'reason', title: 'Reason', properties: [{ id: 'mappings', value: [reasonWords] }] },
      { from: 'found', title: 'Found' },
      { from: 'expected', title: 'Expected' },
      { from: 'target', title: 'Target' },
    ],
    none: 'No failure was confirmed in this time.',
  });
}

export function runs(): Graph {
  const counted = `increase(${select('watchpost_probe_runs_total', chosen)}${step})`;
  return barsPanel({
    id: 10,
    title: 'Runs',
    description:
      'How many runs passed and failed. Inconclusive ones are the trouble of the probe service, not of the target: read the runbook of ProberInconclusive.',
    alerts: ['ProberInconclusive'],
    unit: 'short',
  })
    .interval('1m')
    .withTarget(overTime(aggregate('sum', ['verdict'], counted), '{{verdict}}'))
    .overrideByName('pass', [fixed(good)])
    .overrideByName('fail', [fixed(bad)])
    .overrideByName('inconclusive', [fixed(warning)]);
}

export function reasonsOverTime(place: Place): Graph {
  const counted = `increase(${select('watchpost_service_failed_runs_total', { service: '$service' })}${step})`;
  return barsPanel({
    id: 14,
    title: 'Why runs did not pass, all probes of the service',
    description:
      'How many runs ended for which reason, those that a re-check made good left out. One reason: one cause. Many at once: look at the host or the network first.',
    alerts: ['ProbeDown'],
    unit: 'short',
  })
    .interval('1m')
    .withTarget(overTime(orNone(aggregate('sum', ['reason'], counted), 'reason'), '{{reason}}'))
    .dataLinks(toLogsThen(place, '$service'));
}
