import { TableCellDisplayMode } from '@grafana/grafana-foundation-sdk/common';
import type { DynamicConfigValue } from '@grafana/grafana-foundation-sdk/dashboard';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { realDisks } from '../../stack/disks.ts';
import { hostLimits } from '../../stack/limits.ts';
import { aggregate } from '../../stack/promql.ts';
import { rows } from './data.ts';
import { greatest } from './greatest.ts';
import { linesPanel } from './lines.ts';
import { bad, from, good, warning } from './look.ts';
import { of } from './service-choice.ts';
import { tablePanel, width } from './table.ts';

/** Panels about the disks of the chosen host. */

const q = of('host');
const available = q('node_filesystem_avail_bytes', realDisks);
const size = q('node_filesystem_size_bytes', realDisks);
const perMount = (vector: string) => aggregate('max', ['mountpoint'], vector);
const usedShare = perMount(`1 - ${available} / ${size}`);
/** As HostDiskFilling computes it: at the rate of the last six hours. */
const usedTomorrow = perMount(`1 - predict_linear(${available}[6h], 86400) / ${size}`);
const inodesUsed = perMount(
  `1 - ${q('node_filesystem_files_free', realDisks)} / (${q('node_filesystem_files', realDisks)} > 0)`,
);
/** Neither a file that is mounted, nor memory. */
const realDevices = { device: { unlike: 'loop.*|ram.*|zram.*|sr.*|fd.*' } };

export function fileSystems(): Table {
  const share = (...steps: readonly (readonly [number, string])[]): DynamicConfigValue[] => [
    { id: 'unit', value: 'percentunit' },
    { id: 'decimals', value: 0 },
    { id: 'thresholds', value: from(good, ...steps).build() },
    { id: 'custom.cellOptions', value: { type: TableCellDisplayMode.ColorText } },
    width(100),
  ];
  return tablePanel({
    id: 20,
    title: 'Disks',
    description:
      'How full each file system is, and how full it will be in 24 hours at the rate of the last six. Where it is not green: `du -xh --max-depth=2 MOUNTPOINT | sort -h | tail -20` says what grows.',
    alerts: ['HostDiskFilling', 'HostDiskCritical', 'HostInodesLow'],
    queries: [rows(usedShare, 'A'), rows(usedTomorrow, 'B'), rows(perMount(available), 'C'), rows(inodesUsed, 'D')],
    columns: [
      { from: 'mountpoint', title: 'Mounted at' },
      {
        from: 'Value #A',
        title: 'Used',
        properties: share([hostLimits.diskFilling, warning], [hostLimits.diskCritical, bad]),
      },
      { from: 'Value #B', title: 'Used in 24 h', properties: share([1, bad]) },
      { from: 'Value #C', title: 'Left', properties: [{ id: 'unit', value: 'bytes' }, width(100)] },
      { from: 'Value #D', title: 'Inodes used', properties: share([hostLimits.inodesUsed, warning]) },
    ],
    sortBy: 'Used',
    none: 'No file system that can fill.',
  });
}

export function used(): Graph {
  return linesPanel({
    id: 21,
    title: 'Disks over time',
    description:
      'The ten fullest. A straight climb reaches the top at a time that can be told: the table says whether within a day. A jump is a log or a dump: look for it at that time.',
    alerts: ['HostDiskFilling', 'HostDiskCritical'],
    unit: 'percentunit',
    max: 1,
    limits: [
      [hostLimits.diskFilling, warning],
      [hostLimits.diskCritical, bad],
    ],
    queries: [[`${usedShare} and on (mountpoint) topk(10, ${usedShareAtTheEnd()})`, '{{mountpoint}}']],
  });
}

function usedShareAtTheEnd(): string {
  return perMount(`1 - ${available} @ end() / ${size} @ end()`);
}

export function throughput(): Graph {
  const bytes = (name: 'node_disk_read_bytes_total' | 'node_disk_written_bytes_total') =>
    greatest(5, ['device'], (window) => aggregate('sum', ['device'], `rate(${q(name, realDevices)}${window})`));
  return linesPanel({
    id: 22,
    title: 'Read and written',
    description:
      'Bytes per second, the five busiest disks. What reads or writes so much is in the table of containers, or `iotop` says it.',
    unit: 'Bps',
    queries: [
      [bytes('node_disk_read_bytes_total'), '{{device}} read'],
      [bytes('node_disk_written_bytes_total'), '{{device}} written'],
    ],
  });
}

export function busy(): Graph {
  return linesPanel({
    id: 23,
    title: 'Disks busy',
    description:
      'The share of time in which a disk had something to do, the five busiest. At 100 % for long with few bytes, it is slow or failing: `dmesg`, `smartctl -a`.',
    unit: 'percentunit',
    max: 1,
    queries: [
      [
        greatest(5, ['device'], (window) =>
          aggregate('sum', ['device'], `rate(${q('node_disk_io_time_seconds_total', realDevices)}${window})`),
        ),
        '{{device}}',
      ],
    ],
  });
}
