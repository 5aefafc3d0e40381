import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { realDisks } from '../../stack/disks.ts';
import { hostLimits } from '../../stack/limits.ts';
import { aggregate } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { rows } from './data.ts';
import { greatest } from './greatest.ts';
import { areasPanel, countsPanel, linesPanel, trendPanel } from './lines.ts';
import { bad, from, good, unknown, warning, words } from './look.ts';
import { step } from './queries.ts';
import { of, serverPanel } from './service-choice.ts';
import { tablePanel } from './table.ts';

/** Panels about the chosen host. */

const q = of('host');
const cores = `count(${q('node_cpu_seconds_total', { mode: 'idle' })})`;
const available = `max(${q('node_memory_MemAvailable_bytes')})`;
const total = `max(${q('node_memory_MemTotal_bytes')})`;
/** Not the machine itself, nor what containers are connected by. */
const outside = { device: { unlike: 'lo|veth.*|br-.*|docker.*|cni.*|flannel.*|cali.*|virbr.*|tap.*' } };

export function numbers(place: Place): readonly BigNumber[] {
  return [
    serverPanel({
      ...{ kind: 'host', place, title: 'Host', up: 'up', alerts: ['HostDown'] },
      description:
        'Whether its node_exporter answers Prometheus. When it does not, open the dashboard of the service: does a probe of the host pass?',
    }),
    trendPanel({
      id: 2,
      title: 'Processor busy',
      description:
        'The share of all cores that does something. High for long with a load far above the number of cores: programs wait for their turn.',
      expr: `1 - avg(rate(${q('node_cpu_seconds_total', { mode: 'idle' })}${step}))`,
      unit: 'percentunit',
      decimals: 0,
    }),
    trendPanel({
      id: 3,
      title: 'Memory available',
      description:
        'What programs can still have. Where it is red, find out who has it: `ps aux --sort=-rss | head`; what the kernel kills otherwise is the largest.',
      alerts: ['HostMemoryPressure'],
      expr: `${available} / ${total}`,
      unit: 'percentunit',
      decimals: 0,
      colours: from(bad, [hostLimits.memoryAvailable, good]),
    }),
    trendPanel({
      id: 4,
      title: 'Fullest disk',
      description: 'The fullest file system that can fill. Where it is not green, the table of disks below names it.',
      alerts: ['HostDiskFilling', 'HostDiskCritical'],
      expr: `max(1 - ${q('node_filesystem_avail_bytes', realDisks)} / ${q('node_filesystem_size_bytes', realDisks)})`,
      unit: 'percentunit',
      decimals: 0,
      colours: from(good, [hostLimits.diskFilling, warning], [hostLimits.diskCritical, bad]),
      none: 'no disk',
    }),
    trendPanel({
      id: 5,
      title: 'Clock is off by',
      description:
        'As the kernel knows it. Where it is red, `timedatectl` says whether the clock is kept, and the graph below how far it may be off.',
      alerts: ['HostClockSkew'],
      expr: `max(abs(${q('node_timex_offset_seconds')}))`,
      unit: 's',
      colours: from(good, [hostLimits.clockOffsetSeconds, bad]),
    }),
    trendPanel({
      id: 6,
      title: 'Up for',
      description:
        'How long ago the machine started. A small number that nobody expected is a crash: `journalctl -b -1`.',
      expr: `max(${q('node_time_seconds')}) - max(${q('node_boot_time_seconds')})`,
      unit: 's',
      decimals: 0,
      colours: from(unknown),
    }),
  ];
}

export function load(): Graph {
  return linesPanel({
    id: 10,
    title: 'Load and cores',
    description:
      'How many programs run or wait, beside the number of cores. Far above it for long: too much to do, or a disk that does not answer (then the processor is idle).',
    unit: 'short',
    queries: [
      [`max(${q('node_load1')})`, '1 min'],
      [`max(${q('node_load5')})`, '5 min'],
      [`max(${q('node_load15')})`, '15 min'],
      [cores, 'cores'],
    ],
  });
}

export function processor(): Graph {
  return areasPanel({
    id: 11,
    title: 'Processor by mode',
    description:
      'What the cores are busy with, as a share of all. Much iowait: the disks. Much steal: the host of this virtual machine has too many guests. Much softirq: the network.',
    unit: 'percentunit',
    max: 1,
    queries: [
      [
        `${aggregate('sum', ['mode'], `rate(${q('node_cpu_seconds_total', { mode: { not: 'idle' } })}${step})`)} / on () group_left () ${cores}`,
        '{{mode}}',
      ],
    ],
  });
}

export function memory(): Graph {
  return areasPanel({
    id: 12,
    title: 'Memory',
    description:
      'What programs have, what the kernel keeps of files and gives back, and what is free. When the first comes near the top, somebody leaks: the containers below, or `ps aux --sort=-rss`.',
    alerts: ['HostMemoryPressure'],
    unit: 'bytes',
    queries: [
      [`${total} - ${available}`, 'programs'],
      [`${available} - max(${q('node_memory_MemFree_bytes')})`, 'files, given back when needed'],
      [`max(${q('node_memory_MemFree_bytes')})`, 'free'],
    ],
  });
}

export function waiting(): Graph {
  const share = (what: Parameters<typeof q>[0]) => `max(rate(${q(what)}${step}))`;
  return linesPanel({
    id: 13,
    title: 'Programs wait for',
    description:
      'The share of time in which some program waited (pressure stall information), and for memory also in which all did. The alert is about the latter: stop what is not needed, or add memory.',
    alerts: ['HostMemoryPressure'],
    unit: 'percentunit',
    limits: [[hostLimits.memoryStalled, bad]],
    queries: [
      [share('node_pressure_cpu_waiting_seconds_total'), 'processor'],
      [share('node_pressure_io_waiting_seconds_total'), 'disks'],
      [share('node_pressure_memory_waiting_seconds_total'), 'memory'],
      [share('node_pressure_memory_stalled_seconds_total'), 'memory, all of them'],
    ],
    none: 'This kernel does not tell (CONFIG_PSI).',
  });
}

export function swapping(): Graph {
  return linesPanel({
    id: 14,
    title: 'Pages from and to swap',
    description:
      'Pages of memory that were fetched from the disk, and put there. Steady fetching makes everything slow: memory is too small for what runs.',
    unit: 'ops',
    queries: [
      [`max(rate(${q('node_vmstat_pswpin')}${step}))`, 'fetched'],
      [`max(rate(${q('node_vmstat_pswpout')}${step}))`, 'put away'],
    ],
  });
}

export function kills(): Graph {
  return countsPanel({
    id: 15,
    title: 'Killed for want of memory',
    description:
      'Programs that the kernel killed, in containers too. Each was gone in a moment: `journalctl -k | grep -i "killed process"` says who, and whether it runs again.',
    alerts: ['HostOOMKill'],
    unit: 'short',
    queries: [[`max(increase(${q('node_vmstat_oom_kill')}${step}))`, 'killed']],
  });
}

export function network(): Graph {
  const bytes = (name: 'node_network_receive_bytes_total' | 'node_network_transmit_bytes_total') =>
    greatest(5, ['device'], (window) => aggregate('sum', ['device'], `rate(${q(name, outside)}${window})`));
  return linesPanel({
    id: 30,
    title: 'Network',
    description:
      'Bytes per second in and out of the five busiest interfaces. A line that is flat at the top is an interface that is full; one that falls to nothing is an outage.',
    unit: 'Bps',
    queries: [
      [bytes('node_network_receive_bytes_total'), '{{device}} in'],
      [bytes('node_network_transmit_bytes_total'), '{{device}} out'],
    ],
  });
}

export function networkTroubles(): Graph {
  const all = (name: Parameters<typeof q>[0]) => `sum(rate(${q(name, outside)}${step}))`;
  return linesPanel({
    id: 31,
    title: 'Packets lost or broken',
    description:
      'Should be near 0. Errors: a cable, a port, a driver. Dropped: more than the machine could take. Sent again: somewhere on the way they were lost.',
    unit: 'pps',
    queries: [
      [all('node_network_receive_errs_total'), 'broken, in'],
      [all('node_network_transmit_errs_total'), 'broken, out'],
      [all('node_network_receive_drop_total'), 'dropped, in'],
      [all('node_network_transmit_drop_total'), 'dropped, out'],
      [`max(rate(${q('node_netstat_Tcp_RetransSegs')}${step}))`, 'TCP, sent again'],
    ],
  });
}

export function clock(): Graph {
  return linesPanel({
    id: 32,
    title: 'Clock',
    description:
      'How far it is off, and how far it may be off without anybody noticing: that grows while nothing keeps it. `systemctl status chrony systemd-timesyncd` says why.',
    alerts: ['HostClockSkew'],
    unit: 's',
    limits: [[hostLimits.clockOffsetSeconds, bad]],
    queries: [
      [`max(abs(${q('node_timex_offset_seconds')}))`, 'off by'],
      [`max(${q('node_timex_estimated_error_seconds')})`, 'estimated error'],
    ],
  });
}

export function units(): Table {
  const expected = q('watchpost_unit_expected');
  const states = q('node_systemd_unit_state');
  const notLoaded = `label_replace(${expected} unless on (service, name) ${states}, "state", "not loaded", "", "")`;
  return tablePanel({
    id: 40,
    title: 'Units that must be active',
    description:
      'What systemd says of each unit that watchpost.yaml names. One that runs once and ends may be inactive; else `systemctl status` of it says why it is not active.',
    alerts: ['HostUnitFailed'],
    queries: [rows(aggregate('max', ['name', 'state'], `${states} == 1 or ${notLoaded}`))],
    columns: [
      { from: 'name', title: 'Unit' },
      {
        from: 'state',
        title: 'State',
        properties: [
          {
            id: 'mappings',
            value: [
              words({
                active: ['active', good],
                activating: ['activating', warning],
                inactive: ['inactive', unknown],
                failed: ['failed', bad],
                'not loaded': ['not loaded', bad],
              }),
            ],
          },
          { id: 'custom.cellOptions', value: { type: 'color-text' } },
        ],
      },
    ],
    none: 'systemd was not asked: the host does not answer.',
  });
}
