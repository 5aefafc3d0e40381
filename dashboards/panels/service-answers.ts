import { LineInterpolation, VisibilityMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import { overTime } from './data.ts';
import { graphPanel } from './graph.ts';
import { bad, good, inRange, warning } from './look.ts';
import { certificateDays, chosen, step } from './queries.ts';
import { timelinePanel } from './timeline.ts';

/** What the chosen probes are answered. */

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
    .mappings([inRange(100, 299, good), inRange(300, 399, 'blue'), inRange(400, 499, warning), inRange(500, 599, bad)])
    .noValue('None of the chosen probes speaks http.');
}

export function certificate(): Graph {
  return graphPanel({
    id: 12,
    title: 'Certificate expires in',
    description:
      'Days until the first certificate of the chain expires. It must jump up before it reaches 0: that is the renewal.',
    alerts: ['CertificateExpiringSoon', 'CertificateExpiringVerySoon'],
    unit: 'suffix: days',
  })
    .lineInterpolation(LineInterpolation.StepAfter)
    .decimals(0)
    .withTarget(overTime(certificateDays(['probe'], chosen), '{{probe}}'))
    .noValue('None of the chosen probes sees a certificate.');
}
