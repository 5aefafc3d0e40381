import { hostLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { asked, moduleRule, probeOf, seriesOf } from './module-rule.ts';
import { labelValue } from './rule.ts';
import { unlessAProbePasses } from './word-of-a-probe.ts';

const byService = ['service', 'team'];
const kinds = ['host'] as const;
const series = seriesOf('host');
const up = series('up');

/** Nothing answers there, and no probe of it passes either. What a probe finds is paged sooner, and mutes this. */
export const hostDownRule = moduleRule({
  alert: 'HostDown',
  kinds,
  expr: `${aggregate('max', [...byService, 'instance'], select('up', { job: 'host' }))} == 0 ${unlessAProbePasses('host')}`,
  forMs: 60_000,
  severity: 'warning',
  templates: { instance: labelValue('instance') },
  text: ({ service, instance }) => ({
    summary: `${service}: the host does not answer`,
    description: `Nobody answers at ${instance} for a minute: the host is down, the network to it is, or its node_exporter. No probe of it passes.`,
    action: 'Does it answer you? ping, then ssh; else the console of whoever runs the machine.',
  }),
  fires: [
    {
      name: 'a host whose exporter does not answer fires',
      series: { [up]: '1 1 0x30' },
      trueFromMs: 10_000,
      labels: { instance: 'host.test:9100' },
      words: { instance: 'host.test:9100' },
    },
    {
      name: 'a port that must be closed proves nothing',
      series: { [up]: '1 0x30', ...probeOf('host', 'tcp', '0x30') },
      trueFromMs: 5_000,
      labels: { instance: 'host.test:9100' },
      words: { instance: 'host.test:9100' },
    },
  ],
  quiet: [
    { name: 'a host that answers is quiet', series: { [up]: '1x100' } },
    {
      name: 'where it replies to a probe, it is the exporter that is down',
      series: { [up]: '0x100', ...probeOf('host', 'icmp', '0x100') },
    },
    { name: 'another kind of exporter is no host', series: { [seriesOf('redis')('up')]: '0x100' } },
  ],
});

const memory = (name: string) => series(`node_memory_${name}_bytes`);
const stalled = series('node_pressure_memory_stalled_seconds_total');
const stalledShare = aggregate('max', byService, `rate(${select('node_pressure_memory_stalled_seconds_total')}[5m])`);

/** Programs wait for memory, or soon will; the kernel is next, and it kills. */
export const hostMemoryPressureRule = moduleRule({
  alert: 'HostMemoryPressure',
  kinds,
  expr:
    `${aggregate('min', byService, select('node_memory_MemAvailable_bytes'))}` +
    ` / ${aggregate('min', byService, select('node_memory_MemTotal_bytes'))} < ${hostLimits.memoryAvailable}` +
    ` or ${stalledShare} > ${hostLimits.memoryStalled}`,
  forMs: 600_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: {
    available: asked('min(node_memory_MemAvailable_bytes{service=%q})', ['$labels.service'], 'humanize1024', 'little '),
    total: asked('min(node_memory_MemTotal_bytes{service=%q})', ['$labels.service'], 'humanize1024', 'all '),
    stalled: asked(
      'max(rate(node_pressure_memory_stalled_seconds_total{service=%q}[5m]))',
      ['$labels.service'],
      'humanizePercentage',
      'an unknown part',
    ),
  },
  text: ({ service, available, total, stalled }) => ({
    summary: `${service} runs out of memory`,
    description: `${available}B of ${total}B are available, expected at least 10%; for ${stalled} of the last five minutes everything stood still waiting for memory.`,
    action: 'Who has it? ps aux --sort=-rss | head; what the kernel kills otherwise is the largest.',
  }),
  fires: [
    {
      name: 'a host with little memory left fires',
      series: {
        [memory('MemAvailable')]: '8589934592 1073741824x60',
        [memory('MemTotal')]: '17179869184x60',
        [stalled]: '3x60',
      },
      trueFromMs: 60_000,
      words: { available: '1Gi', total: '16Gi', stalled: '0%' },
    },
    {
      name: 'so does one whose programs wait for memory',
      series: {
        [memory('MemAvailable')]: '2147483648x60',
        [memory('MemTotal')]: '17179869184x60',
        [stalled]: '500+24x60',
      },
      trueFromMs: 60_000,
      words: { available: '2Gi', total: '16Gi', stalled: '40%' },
    },
  ],
  quiet: [
    {
      name: 'a host with memory left is quiet',
      series: { [memory('MemAvailable')]: '2147483648x200', [memory('MemTotal')]: '17179869184x200' },
    },
    {
      name: 'a moment without is quiet',
      series: {
        [memory('MemAvailable')]: '4000000000 1000000000x8 4000000000x60',
        [memory('MemTotal')]: '17179869184x200',
      },
      atMs: 660_000,
    },
  ],
});

const killed = series('node_vmstat_oom_kill');

/** A program is gone from one moment to the next, and nothing in its own log says why. */
export const hostOomKillRule = moduleRule({
  alert: 'HostOOMKill',
  kinds,
  expr: `${aggregate('max', byService, `increase(${select('node_vmstat_oom_kill')}[10m])`)} > 0`,
  forMs: 0,
  stepMs: 60_000,
  severity: 'warning',
  templates: { count: '{{ $value | printf "%.0f" }}' },
  text: ({ service, count }) => ({
    summary: `${service}: the kernel killed for want of memory`,
    description: `${count} in the last ten minutes, expected none: the host, or a container with a limit, had no memory left.`,
    action: 'Who was killed? journalctl -k --since -15m | grep -i "killed process"; does it run again?',
  }),
  fires: [{ name: 'a kill fires', series: { [killed]: '3x10 5x60' }, trueFromMs: 660_000, words: { count: '2' } }],
  quiet: [{ name: 'kills of long ago are quiet', series: { [killed]: '7x200' } }],
});

const timex = (name: string) => series(`node_timex_${name}`);
const own = series('node_time_seconds');

/**
 * The host's clock is off as it says itself; or nothing keeps it right; or it differs from that of Prometheus, by more than
 * a slow scrape explains. Certificates, logs and tokens go wrong with it.
 */
export const hostClockSkewRule = moduleRule({
  alert: 'HostClockSkew',
  kinds,
  expr:
    `${aggregate('max', byService, `abs(${select('node_timex_offset_seconds')})`)} > ${hostLimits.clockOffsetSeconds}` +
    ` or ${aggregate('max', byService, `abs(${select('node_time_seconds')} - timestamp(${select('node_time_seconds')}))`)} > ${hostLimits.clockDifferenceSeconds}` +
    ` or ${aggregate('max', byService, `${select('node_timex_maxerror_seconds')} and ${select('node_timex_sync_status')} == 0`)} >= ${hostLimits.clockMaxErrorSeconds}`,
  forMs: 600_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: { off: '{{ $value | humanizeDuration }}' },
  text: ({ service, off }) => ({
    summary: `${service}: the clock is wrong, or nothing keeps it right`,
    description: `It is off by ${off}, or may be by so much without anybody noticing; expected at most 50ms, and a time service that keeps it. Certificates, logs and tokens go wrong with it.`,
    action: 'timedatectl says whether it is synchronised; systemctl status chrony systemd-timesyncd says why not.',
  }),
  fires: [
    {
      name: 'a clock that is off fires',
      series: { [timex('offset_seconds')]: '0 -0.12x60', [own]: '0+60x60' },
      trueFromMs: 60_000,
      words: { off: '120ms' },
    },
    {
      name: 'so does one that nothing keeps',
      series: {
        [timex('offset_seconds')]: '0x60',
        [timex('sync_status')]: '1 0x60',
        [timex('maxerror_seconds')]: '0.02 16x60',
      },
      trueFromMs: 60_000,
      words: { off: '16s' },
    },
    {
      name: 'so does one that Prometheus sees differ from its own',
      series: { [timex('offset_seconds')]: '0x60', [own]: '0 30+60x60' },
      trueFromMs: 60_000,
      words: { off: '30s' },
    },
  ],
  quiet: [
    {
      name: 'a clock that is kept is quiet, and so is a slow scrape',
      series: {
        [timex('offset_seconds')]: '0.002x200',
        [timex('sync_status')]: '1x200',
        [timex('maxerror_seconds')]: '0.3x200',
        [own]: '3+60x200',
      },
    },
    {
      name: 'a time service that has just started is quiet',
      series: { [timex('sync_status')]: '0 0 0 1x60', [timex('maxerror_seconds')]: '16 16 16 0.1x60' },
      atMs: 660_000,
    },
  ],
});
