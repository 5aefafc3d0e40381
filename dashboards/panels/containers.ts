import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { containerLimits } from '../../stack/limits.ts';
import { aggregate, type Match, type SeriesName } from '../../stack/promql.ts';
import { rows } from './data.ts';
import { greatest } from './greatest.ts';
import { countsPanel, linesPanel } from './lines.ts';
import { bad, from, good, unknown, warning } from './look.ts';
import { step } from './queries.ts';
import { of } from './service-choice.ts';
import { tablePanel } from './table.ts';

/** Panels about the containers of a host. What has no name is a control group that is none. */

const ofHost = of('containers');
const q = (name: SeriesName, match: Readonly<Record<string, Match>> = {}) =>
  ofHost(name, { name: { like: '.+' }, ...match });
const by = ['name'] as const;
const working = q('container_memory_working_set_bytes');
const ofLimit = (at = '') =>
  aggregate('max', by, `${working}${at} / (${q('container_spec_memory_limit_bytes')}${at} > 0)`);

export function now(): Table {
  return tablePanel({
    id: 50,
    title: 'Every container',
    description:
      'What each uses, and what happened to it over the time range. One that is started again and again, or near its limit: `docker logs --tail 50 NAME`, `docker inspect NAME`.',
    alerts: ['ContainerRestarting', 'ContainerGone', 'ContainerOOMKilled', 'ContainerMemoryNearLimit'],
    queries: [
      rows(aggregate('sum', by, `rate(${q('container_cpu_usage_seconds_total')}[$__range])`), 'A'),
      rows(aggregate('max', by, working), 'B'),
      rows(ofLimit(), 'C'),
      rows(aggregate('sum', by, `changes(${q('container_start_time_seconds')}[$__range])`), 'D'),
      rows(aggregate('sum', by, `increase(${q('container_oom_events_total')}[$__range])`), 'E'),
      rows(`time() - ${aggregate('max', by, q('container_start_time_seconds'))}`, 'F'),
    ],
    columns: [
      { from: 'name', title: 'Container' },
      { from: 'Value #A', title: 'Cores used (mean)', properties: [{ id: 'decimals', value: 2 }] },
      { from: 'Value #B', title: 'Memory', properties: [{ id: 'unit', value: 'bytes' }] },
      {
        from: 'Value #C',
        title: 'Of its limit',
        properties: [
          { id: 'unit', value: 'percentunit' },
          { id: 'decimals', value: 0 },
          { id: 'thresholds', value: from(good, [containerLimits.memory, warning]).build() },
          { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
        ],
      },
      { from: 'Value #D', title: 'Started again', properties: counted(warning) },
      { from: 'Value #E', title: 'Killed for memory', properties: counted(bad) },
      {
        from: 'Value #F',
        title: 'Up for',
        properties: [
          { id: 'unit', value: 's' },
          { id: 'decimals', value: 0 },
        ],
      },
    ],
    sortBy: 'Memory',
    none: 'cAdvisor sees no container.',
  });
}

function counted(colour: string) {
  return [
    { id: 'decimals', value: 0 },
    { id: 'thresholds', value: from(unknown, [1, colour]).build() },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
  ];
}

export function processor(): Graph {
  return linesPanel({
    id: 51,
    title: 'Cores used',
    description:
      'The ten that use most over the time range. One that rises alone has a loop or more to do: its log, at that time.',
    unit: 'none',
    queries: [
      [
        greatest(10, by, (window) => aggregate('sum', by, `rate(${q('container_cpu_usage_seconds_total')}${window})`)),
        '{{name}}',
      ],
    ],
  });
}

export function memory(): Graph {
  return linesPanel({
    id: 52,
    title: 'Memory',
    description:
      'The ten that have most now. A line that only climbs is a leak; a saw is a container that is killed and starts again.',
    alerts: ['ContainerOOMKilled'],
    unit: 'bytes',
    queries: [
      [
        `${aggregate('max', by, working)} and on (name) topk(10, ${aggregate('max', by, `${working} @ end()`)})`,
        '{{name}}',
      ],
    ],
  });
}

export function memoryOfLimit(): Graph {
  return linesPanel({
    id: 53,
    title: 'Memory, as a share of the limit',
    description:
      'The ten nearest to their limit. At the top the kernel kills in it: raise `mem_limit`, or find out what it keeps.',
    alerts: ['ContainerMemoryNearLimit', 'ContainerOOMKilled'],
    unit: 'percentunit',
    max: 1,
    limits: [[containerLimits.memory, warning]],
    queries: [[`${ofLimit()} and on (name) topk(10, ${ofLimit(' @ end()')})`, '{{name}}']],
    none: 'No container has a limit.',
  });
}

export function throttled(): Graph {
  return linesPanel({
    id: 54,
    title: 'Held back by its processor limit',
    description:
      'The share of periods in which a container had used up its cores, the ten worst. High where answers are slow: raise `cpus`.',
    unit: 'percentunit',
    max: 1,
    queries: [
      [
        greatest(
          10,
          by,
          (window) =>
            `${aggregate('sum', by, `rate(${q('container_cpu_cfs_throttled_periods_total')}${window})`)}` +
            ` / (${aggregate('sum', by, `rate(${q('container_cpu_cfs_periods_total')}${window})`)} > 0)`,
        ),
        '{{name}}',
      ],
    ],
    none: 'No container has a limit.',
  });
}

export function fetched(): Graph {
  const faults = q('container_memory_failures_total', { failure_type: 'pgmajfault', scope: 'container' });
  return linesPanel({
    id: 57,
    title: 'Pages fetched from the disk',
    description:
      'Each second, the ten with the most: what a container wanted to read was not in memory any more. High for long near its limit: it thrashes, and is slow before it is killed.',
    alerts: ['ContainerMemoryNearLimit'],
    unit: 'ops',
    queries: [[greatest(10, by, (window) => aggregate('sum', by, `rate(${faults}${window})`)), '{{name}}']],
  });
}

export function troubles(): Graph {
  const some = (vector: string, what: string) =>
    `label_replace(topk(10, ${aggregate('sum', by, vector)} > 0), "what", "${what}", "", "")`;
  return countsPanel({
    id: 56,
    title: 'Started again, and killed',
    description:
      'Should be empty but for deploys. What is started again and again says why in its log; what was killed had used up its memory.',
    alerts: ['ContainerRestarting', 'ContainerOOMKilled'],
    unit: 'short',
    // One query: of several that are all empty, Grafana shows an error instead of the words for none.
    queries: [
      [
        `${some(`changes(${q('container_start_time_seconds')}${step})`, 'started again')} or ` +
          some(`increase(${q('container_oom_events_total')}${step})`, 'killed for memory'),
        '{{name}} {{what}}',
      ],
    ],
    none: 'None was started again or killed.',
  });
}
