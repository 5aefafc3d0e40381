import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { firingAlerts } from '../series.ts';
import { overTime, rows } from './data.ts';
import { graphPanel } from './graph.ts';
import { greatest } from './greatest.ts';
import { field, label, runbook, toLogsThen, toService } from './links.ts';
import { reasonWords, upOrDown } from './look.ts';
import { certificateColours } from './overview-tiles.ts';
import {
  certificateDays,
  configured,
  failuresNow,
  lastRunAge,
  most,
  passedShare,
  perProbe,
  stateNow,
} from './queries.ts';
import { linksTo, linkToService, stateColumn, tablePanel, width } from './table.ts';
import { probeTimeline } from './timeline.ts';

/** Panels about all probes of all services. */

export function probesNow(): Table {
  return tablePanel({
    id: 10,
    title: 'Every probe now',
    alerts: ['ProbeDown', 'ProbeStale', 'CertificateExpiringSoon', 'CertificateExpiringVerySoon'],
    description:
      'The confirmed state, and how each probe did over the time range. Click a name to see why it is down. Renew a certificate that is not green.',
    queries: [
      rows(stateNow(), 'A'),
      rows(configured(passedShare(perProbe)), 'B'),
      rows(configured(aggregate('max', perProbe, `avg_over_time(${select('probe_duration_seconds')}[$__range])`)), 'C'),
      rows(configured(lastRunAge(perProbe)), 'D'),
      rows(configured(certificateDays(perProbe)), 'E'),
    ],
    columns: [
      stateColumn('Value #A', upOrDown),
      { from: 'service', title: 'Service', properties: [linkToService('Service')] },
      { from: 'probe', title: 'Probe', properties: [linkToService('Service', 'Probe')] },
      {
        from: 'Value #B',
        title: 'Runs passed',
        properties: [
          { id: 'unit', value: 'percentunit' },
          { id: 'decimals', value: 2 },
        ],
      },
      { from: 'Value #C', title: 'Mean duration', properties: [{ id: 'unit', value: 's' }] },
      {
        from: 'Value #D',
        title: 'Last run ago',
        properties: [
          { id: 'unit', value: 's' },
          { id: 'decimals', value: 0 },
        ],
      },
      {
        from: 'Value #E',
        title: 'Certificate expires in',
        properties: [
          { id: 'unit', value: 'suffix: days' },
          { id: 'decimals', value: 0 },
          { id: 'thresholds', value: certificateColours.build() },
          { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        ],
      },
    ],
    sortBy: 'State',
    none: 'no probe has run',
  });
}

export function states(place: Place): Timeline {
  return probeTimeline(
    {
      id: 11,
      title: `Up and down: ${most} probes, those that were down first`,
      description:
        'When each probe was confirmed down. A gap: it did not run. Several that fall together share a cause: look at what they depend on.',
      alerts: ['ProbeDown', 'ProbeFlapping'],
    },
    {},
    '{{service}}/{{probe}}',
  ).dataLinks([toService(label('service'), label('probe')), ...toLogsThen(place, label('service'))]);
}

export function failing(): Table {
  return tablePanel({
    id: 12,
    title: 'Why they are down',
    alerts: ['ProbeDown'],
    description:
      'What was found when the failure was confirmed. The runbook of ProbeDown says what to do for each reason.',
    queries: [rows(failuresNow([...perProbe, 'reason', 'found', 'expected']))],
    columns: [
      { from: 'service', title: 'Service', properties: [linkToService('Service'), width(110)] },
      { from: 'probe', title: 'Probe', properties: [linkToService('Service', 'Probe'), width(110)] },
      { from: 'reason', title: 'Reason', properties: [{ id: 'mappings', value: [reasonWords] }] },
      { from: 'found', title: 'Found' },
      { from: 'expected', title: 'Expected' },
    ],
    none: 'No probe is known to be down.',
  });
}

export function firing(): Table {
  return tablePanel({
    id: 13,
    title: 'Alerts that fire',
    description:
      'As the rules see it; Alertmanager may mute some of them. Click the name of an alert for its runbook, that of a service for its dashboard.',
    queries: [rows(aggregate('max', ['alertname', 'severity', 'service', 'probe', 'instance'], firingAlerts))],
    columns: [
      { from: 'alertname', title: 'Alert', properties: [linksTo(runbook(field('Alert')))] },
      { from: 'severity', title: 'Severity', properties: [width(90)] },
      { from: 'service', title: 'Service', properties: [linkToService('Service'), width(110)] },
      { from: 'probe', title: 'Probe', properties: [width(110)] },
      { from: 'instance', title: 'Instance' },
    ],
    // `critical` before `warning`.
    sortBy: 'Severity',
    ascending: true,
    none: 'No alert fires.',
  });
}

export function durations(place: Place): Graph {
  const slowest = (window: string) =>
    aggregate('max', perProbe, `max_over_time(${select('probe_duration_seconds')}${window})`);
  return graphPanel({
    id: 14,
    title: 'Duration: the 10 slowest',
    description:
      'The slowest run in each step. A rise before a failure is a target that is overloaded, not one that is gone.',
    unit: 's',
  })
    .withTarget(overTime(greatest(10, perProbe, slowest), '{{service}}/{{probe}}'))
    .dataLinks([toService(label('service'), label('probe')), ...toLogsThen(place, label('service'))]);
}
