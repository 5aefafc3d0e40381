import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Timeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { aggregate, select } from '../../stack/promql.ts';
import { overTime, rows } from './data.ts';
import { linesPanel, trendPanel } from './lines.ts';
import { bad, from, good, limits, reasonWords, unknown, upOrDown } from './look.ts';
import { failuresNow, perProbe, stateNow } from './queries.ts';
import { linkToService, stateColumn, tablePanel } from './table.ts';
import { timelinePanel } from './timeline.ts';

/** Panels about jobs that report that they have succeeded (backups, restore drills), and about the files that they leave. */

export const backupKinds = ['heartbeat', 'file'] as const;

const isOne = `on (service, probe) ${select('watchpost_probe_info', { kind: { like: backupKinds.join('|') } })}`;
/** Only of those probes. */
const theirs = (vector: string) => `(${vector}) and ${isOne}`;
const held = (name: Parameters<typeof select>[0]) => aggregate('max', perProbe, `last_over_time(${select(name)}[1h])`);
/** Seconds since the job last succeeded, or since the file was last written. */
const age = `time() - (${held('probe_heartbeat_last_success_timestamp_seconds')} or ${held('probe_file_mtime_timestamp_seconds')})`;
const interval = held('probe_heartbeat_expected_interval_seconds');
/** How much of the time that a job has, its grace included, is over: at 1 it is missed. */
const spent = `(time() - ${held('probe_heartbeat_last_success_timestamp_seconds')}) / (${interval} + ${held('watchpost_probe_heartbeat_grace_seconds')})`;

export function numbers(): readonly BigNumber[] {
  return [
    trendPanel({
      id: 1,
      title: 'Jobs and files that failed',
      description:
        'Missed, reported as failed, too old or too small. When it is not 0, the table says which, and the one below why. Run the job again by hand before anything else.',
      alerts: ['ProbeDown'],
      expr: `sum(${theirs(stateNow())} == 1) or vector(0)`,
      unit: 'none',
      colours: limits([1, bad]),
    }),
    trendPanel({
      id: 2,
      title: 'Nearest to being late',
      description:
        'How much of its time, interval and grace, the latest job has used: at 100 % the next success is missed, and there is a page. Shortly before, look whether the job is still running.',
      alerts: ['ProbeDown'],
      expr: `max(${spent})`,
      unit: 'percentunit',
      decimals: 0,
      colours: from(good, [1, bad]),
      none: 'no success yet',
    }),
    trendPanel({
      id: 3,
      title: 'Oldest success',
      description:
        'How long ago the job that has been silent for longest last succeeded. What was written since is in no backup.',
      expr: `max(${age})`,
      unit: 's',
      decimals: 0,
      colours: from(unknown),
      none: 'no success yet',
    }),
  ];
}

export function jobs(): Table {
  const seconds = [
    { id: 'unit', value: 's' },
    { id: 'decimals', value: 0 },
  ];
  return tablePanel({
    id: 10,
    title: 'Every job and every file',
    description:
      'When it last succeeded, and how much of its time, interval and grace, is over since: at 100 % it is missed. Much smaller or much faster than usual is a backup of nothing: restore it.',
    alerts: ['ProbeDown'],
    queries: [
      rows(theirs(stateNow()), 'A'),
      rows(age, 'B'),
      rows(interval, 'C'),
      rows(spent, 'D'),
      rows(held('probe_heartbeat_job_duration_seconds'), 'E'),
      rows(held('probe_file_size_bytes'), 'F'),
    ],
    columns: [
      stateColumn('Value #A', upOrDown),
      { from: 'service', title: 'Service', properties: [linkToService('Service')] },
      { from: 'probe', title: 'Probe', properties: [linkToService('Service', 'Probe')] },
      { from: 'Value #B', title: 'Last success ago', properties: seconds },
      { from: 'Value #C', title: 'Due after', properties: seconds },
      {
        from: 'Value #D',
        title: 'Of its time',
        properties: [
          { id: 'unit', value: 'percentunit' },
          { id: 'decimals', value: 0 },
          { id: 'thresholds', value: from(good, [1, bad]).build() },
          { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        ],
      },
      { from: 'Value #E', title: 'Took', properties: seconds },
      { from: 'Value #F', title: 'Size', properties: [{ id: 'unit', value: 'bytes' }] },
    ],
    sortBy: 'State',
    none: 'No job has reported yet.',
  });
}

export function overdue(): Timeline {
  const worst = `max_over_time(${select('watchpost_probe_down')}[$__rate_interval])`;
  return timelinePanel({
    id: 11,
    title: 'Failed, and when',
    description:
      'When each job or file was confirmed as failing. The same hour each time: what else runs then, a reboot, an upgrade, another backup?',
    alerts: ['ProbeDown'],
  })
    .withTarget(overTime(`topk(30, ${theirs(aggregate('max', perProbe, worst))})`, '{{service}}/{{probe}}'))
    .mappings([upOrDown])
    .thresholds(limits([1, 'red']));
}

export function failures(): Table {
  return tablePanel({
    id: 12,
    title: 'Why they fail now',
    description:
      'What was found and what was expected. beat_missed: the job did not run or could not report; beat_failed: it ran and said so itself: its own log has the rest.',
    alerts: ['ProbeDown'],
    queries: [rows(theirs(failuresNow(['service', 'probe', 'reason', 'found', 'expected'])))],
    columns: [
      { from: 'service', title: 'Service', properties: [linkToService('Service')] },
      { from: 'probe', title: 'Probe', properties: [linkToService('Service', 'Probe')] },
      { from: 'reason', title: 'Reason', properties: [{ id: 'mappings', value: [reasonWords] }] },
      { from: 'found', title: 'Found' },
      { from: 'expected', title: 'Expected' },
    ],
    none: 'All have succeeded.',
  });
}

const legend = '{{service}}/{{probe}}';

export function ages(): Graph {
  return linesPanel({
    id: 20,
    title: 'Last success ago',
    description:
      'The ten oldest. A saw whose teeth are all as high is a job that runs as it should; a tooth that is higher was a night without a backup.',
    alerts: ['ProbeDown'],
    unit: 's',
    queries: [[`topk(10, ${age})`, legend]],
  });
}

export function durations(): Graph {
  return linesPanel({
    id: 21,
    title: 'How long the jobs took',
    description:
      'The ten longest, as far as a job says when it began. Ever longer: it will not end before the next; suddenly short: it found nothing to do.',
    unit: 's',
    queries: [[`topk(10, ${held('probe_heartbeat_job_duration_seconds')})`, legend]],
    none: 'No job says when it begins: report its start as well.',
  });
}

export function sizes(): Graph {
  return linesPanel({
    id: 22,
    title: 'Size of the files',
    description:
      'The ten largest. A step down is a backup in which something is missing, though it succeeded: restore it, and compare.',
    alerts: ['ProbeDown'],
    unit: 'bytes',
    queries: [[`topk(10, ${held('probe_file_size_bytes')})`, legend]],
    none: 'No probe looks at a file.',
  });
}
