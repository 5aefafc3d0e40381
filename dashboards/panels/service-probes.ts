import { LineInterpolation, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { httpPhases } from '../../stack/metrics.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { overTime, rows } from './data.ts';
import { barsPanel, graphPanel, stackedPanel } from './graph.ts';
import { bad, from, good, limits, reasonWords, upOrDown, warning } from './look.ts';
import { numberPanel } from './number.ts';
import { certificateDays, downFor, lastRunAge, noResult, passedShare, stateNow } from './queries.ts';
import { tablePanel, width } from './table.ts';
import { probeTimeline, timelinePanel } from './timeline.ts';

/** Panels about the chosen probes of one service. */

const chosen = { service: '$service', probe: { like: '$probe' } } as const;
const step = '[$__rate_interval]';

export function numbers(): readonly BigNumber[] {
  return [
    numberPanel({
      id: 1,
      title: 'State',
      description: 'Down when any of the chosen probes is confirmed down. The table below says why.',
      expr: `max(${stateNow(chosen)})`,
      unit: 'none',
      colours: limits([noResult, warning], [1, bad]),
      none: 'has not run',
    }).mappings([upOrDown]),
    numberPanel({
      id: 2,
      title: 'Runs passed',
      description:
        'The share of runs that passed, over the time range. Runs that say nothing about the target do not count.',
      expr: passedShare([], chosen),
      unit: 'percentunit',
      colours: from(bad, [0.99, warning], [0.999, good]),
      decimals: 2,
      none: 'has not run',
    }),
    numberPanel({
      id: 3,
      title: 'Down for',
      description: 'How long the failure lasts, from the start of its first failing run.',
      expr: downFor(chosen),
      unit: 's',
      colours: from(good, [0, bad]),
      none: 'not down',
    }),
    numberPanel({
      id: 4,
      title: 'Last run ago',
      description: 'The oldest of the last runs. When it is far above the interval, the probe service is in trouble.',
      expr: `max(${lastRunAge(['probe'], chosen)})`,
      unit: 's',
      decimals: 0,
      none: 'has not run',
    }),
  ];
}

export function upAndDown(): Timeline {
  return probeTimeline(
    {
      id: 5,
      title: 'Up and down',
      description:
        'When each probe was confirmed down. A gap: it did not run. The logs below say what happened at that time.',
    },
    chosen,
    '{{probe}}',
  );
}

export function failures(): Table {
  const seen = `max_over_time(${select('watchpost_probe_failing_info', chosen)}[$__range])`;
  return tablePanel({
    id: 6,
    title: 'Failures in this time',
    description:
      'What was found each time a failure was confirmed. The runbook of ProbeDown says what to do for each reason.',
    queries: [rows(aggregate('max', ['probe', 'target', 'reason', 'found', 'expected'], seen))],
    columns: [
      { from: 'probe', title: 'Probe', properties: [width(150)] },
      { from: 'reason', title: 'Reason', properties: [{ id: 'mappings', value: [reasonWords] }] },
      { from: 'found', title: 'Found' },
      { from: 'expected', title: 'Expected' },
      { from: 'target', title: 'Target' },
    ],
    none: 'No failure was confirmed in this time.',
  });
}

export function slowest(): Graph {
  return graphPanel({
    id: 7,
    title: 'Duration',
    description:
      'The slowest run in each step. A rise before a failure is a target that is overloaded, not one that is gone.',
    unit: 's',
  }).withTarget(
    overTime(
      aggregate('max', ['probe'], `max_over_time(${select('probe_duration_seconds', chosen)}${step})`),
      '{{probe}}',
    ),
  );
}

export function phases(): Graph {
  const panel = stackedPanel({
    id: 8,
    title: 'Where the time goes (http)',
    description:
      'Mean of the chosen probes. Resolve: the name server. Connect and tls: the network, or a full backlog. Processing: the application. Transfer: the size of the answer.',
    unit: 's',
  });
  for (const [index, phase] of httpPhases.entries()) {
    const spent = `avg_over_time(${select('probe_http_duration_seconds', { ...chosen, phase })}${step})`;
    panel.withTarget(overTime(`avg(${spent})`, phase, String.fromCharCode(65 + index)));
  }
  return panel.noValue('None of the chosen probes speaks http.');
}

export function percentiles(): Graph {
  const buckets = `sum by (le) (rate(watchpost_service_probe_duration_seconds_bucket{service="$service"}${step}))`;
  const panel = graphPanel({
    id: 9,
    title: 'Duration, all probes of the service',
    description:
      'Half, 95 % and 99 % of the runs were at least as fast. When only the 99 % rise, some requests are slow, not all.',
    unit: 's',
  }).interval('1m');
  for (const [refId, quantile] of [['A', 0.5] as const, ['B', 0.95] as const, ['C', 0.99] as const]) {
    panel.withTarget(overTime(`histogram_quantile(${quantile}, ${buckets})`, `${quantile * 100} %`, refId));
  }
  return panel;
}

export function runs(): Graph {
  const counted = `increase(${select('watchpost_probe_runs_total', chosen)}${step})`;
  return barsPanel({
    id: 10,
    title: 'Runs',
    description:
      'How many runs passed and failed. Inconclusive ones are the trouble of the probe service, not of the target.',
    unit: 'short',
  })
    .interval('1m')
    .withTarget(overTime(aggregate('sum', ['verdict'], counted), '{{verdict}}'))
    .overrideByName('pass', [{ id: 'color', value: { mode: 'fixed', fixedColor: good } }])
    .overrideByName('fail', [{ id: 'color', value: { mode: 'fixed', fixedColor: bad } }])
    .overrideByName('inconclusive', [{ id: 'color', value: { mode: 'fixed', fixedColor: warning } }]);
}

export function statuses(): Timeline {
  return timelinePanel({
    id: 11,
    title: 'Status (http)',
    description:
      'The status of the last answer: 5xx is the application or what it depends on, 4xx the request or its permission.',
  })
    .withTarget(
      overTime(
        aggregate('max', ['probe'], `max_over_time(${select('probe_http_status_code', chosen)}${step})`),
        '{{probe}}',
      ),
    )
    .showValue(VisibilityMode.Auto)
    .thresholds(from(good, [300, 'blue'], [400, warning], [500, bad]))
    .noValue('None of the chosen probes speaks http.');
}

export function certificate(): Graph {
  return graphPanel({
    id: 12,
    title: 'Certificate expires in',
    description:
      'Days until the first certificate of the chain expires. It must jump up before it reaches 0: that is the renewal.',
    unit: 'suffix: days',
  })
    .lineInterpolation(LineInterpolation.StepAfter)
    .decimals(0)
    .withTarget(overTime(certificateDays(['probe'], chosen), '{{probe}}'))
    .noValue('None of the chosen probes sees a certificate.');
}
