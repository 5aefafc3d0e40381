import { realDisks } from '../../stack/disks.ts';
import { hostLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { asked, moduleRule, seriesOf } from './module-rule.ts';
import { labelValue } from './rule.ts';

const by = ['service', 'team', 'mountpoint'];
const kinds = ['host'] as const;
const series = seriesOf('host');

/** What is mounted read-only cannot fill. */
const writable = `unless on (service, instance, device, mountpoint) (${select('node_filesystem_readonly')} == 1)`;
const available = select('node_filesystem_avail_bytes', realDisks);
const used = `1 - ${available} / ${select('node_filesystem_size_bytes', realDisks)}`;
/** `full('6h', '24h')`: at the rate of the last six hours it is full within the next 24. */
const full = (rateOf: string, withinSeconds: number) => `predict_linear(${available}[${rateOf}], ${withinSeconds}) < 0`;

const on = { device: '/dev/sda1', fstype: 'ext4', mountpoint: '/' };
const boot = { device: '/dev/sda2', fstype: 'ext4', mountpoint: '/boot' };
const memory = { device: 'tmpfs', fstype: 'tmpfs', mountpoint: '/run' };
const gib = 1024 ** 3;
const size = (labels = on, bytes = 100 * gib) => ({ [series('node_filesystem_size_bytes', labels)]: `${bytes}x1000` });
const avail = (values: string, labels = on) => ({ [series('node_filesystem_avail_bytes', labels)]: values });

const diskWords = {
  mountpoint: labelValue('mountpoint'),
  share: '{{ $value | humanizePercentage }}',
  left: asked(
    'max(node_filesystem_avail_bytes{service=%q,mountpoint=%q})',
    ['$labels.service', '$labels.mountpoint'],
    'humanize1024',
    'little ',
  ),
};
/** How long it lasts at the rate of that window, in words; nothing where it does not fill. */
const fullIn = (rateOf: string, said: string) => {
  const of = 'node_filesystem_avail_bytes{service=%q,mountpoint=%q}';
  const query = `round(max(${of}) / -min(deriv(${of}[${rateOf}])), 60) > 0`;
  return `{{ with printf "${query}" $labels.service $labels.mountpoint $labels.service $labels.mountpoint | query }}; at the rate of the last ${said} it is full in {{ . | first | value | humanizeDuration }}{{ end }}`;
};

/** It is full tomorrow, or sooner. */
export const hostDiskFillingRule = moduleRule({
  alert: 'HostDiskFilling',
  kinds,
  expr: aggregate('max', by, `(${used} > ${hostLimits.diskFilling} and ${full('6h', 86_400)}) ${writable}`),
  forMs: 3_600_000,
  stepMs: 300_000,
  severity: 'warning',
  templates: { ...diskWords, fullIn: fullIn('6h', '6 h') },
  text: ({ service, mountpoint, share, left, fullIn }) => ({
    summary: `${service}: ${mountpoint} fills up`,
    description: `${share} are in use, ${left}B are left${fullIn}.`,
    action: `What grows? du -xh --max-depth=2 ${mountpoint} | sort -h | tail -20`,
  }),
  fires: [
    {
      name: 'a disk that will be full tomorrow fires',
      // A GiB in an hour: 19 GiB and less are left after that.
      series: { ...size(), ...avail(`${25 * gib}-${gib / 12}x200`) },
      trueFromMs: 18_300_000,
      labels: { mountpoint: '/' },
      words: {
        mountpoint: '/',
        share: '81.08%',
        left: '18.92Gi',
        fullIn: '; at the rate of the last 6 h it is full in 18h 55m 0s',
      },
    },
  ],
  quiet: [
    {
      name: 'a disk that is rather full and stays so is quiet',
      series: { ...size(), ...avail(`${12 * gib}x200`) },
      atMs: 36_000_000,
    },
    {
      name: 'one that fills with much left is quiet',
      series: { ...size(), ...avail(`${60 * gib}-${gib / 12}x200`) },
      atMs: 36_000_000,
    },
    {
      name: 'what is in memory is no disk',
      series: { ...size(memory), ...avail(`${19 * gib}-${gib / 12}x100`, memory) },
      atMs: 28_000_000,
    },
  ],
});

/** Nearly nothing is left, or it is gone in a few hours. What cannot be written is lost. */
export const hostDiskCriticalRule = moduleRule({
  alert: 'HostDiskCritical',
  kinds,
  expr: aggregate(
    'max',
    by,
    // Five in a hundred of a large disk last for long; a small one for the kernel is nearly full by nature.
    `((${used} > ${hostLimits.diskCritical} and ${available} < ${20 * gib}) or (${used} > ${hostLimits.diskCriticalFilling} and ${full('1h', 14_400)}))` +
      ` ${writable} unless ${select('node_filesystem_avail_bytes', { mountpoint: { like: '/boot.*' } })}`,
  ),
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'critical',
  criticalBecause: 'imminent-loss',
  templates: { ...diskWords, fullIn: fullIn('15m', '15 min') },
  text: ({ service, mountpoint, share, left, fullIn }) => ({
    summary: `${service}: ${mountpoint} is ${share} full`,
    description: `${left}B are left${fullIn}. What cannot be written then is lost: databases stop, logs end.`,
    action: `Make room now: journalctl --vacuum-size=200M; docker system prune; then du -xh --max-depth=2 ${mountpoint} | sort -h | tail -20`,
  }),
  fires: [
    {
      name: 'a disk that is nearly full fires',
      series: { ...size(), ...avail(`${50 * gib} ${4 * gib}x100`) },
      trueFromMs: 60_000,
      labels: { mountpoint: '/' },
      words: {
        mountpoint: '/',
        share: '96%',
        left: '4Gi',
        fullIn: '; at the rate of the last 15 min it is full in 1m 0s',
      },
    },
    {
      name: 'so does one that is full in a few hours',
      // 3 GiB in an hour.
      series: { ...size(), ...avail(`${11 * gib}-${gib / 20}x100`) },
      trueFromMs: 1_200_000,
      labels: { mountpoint: '/' },
      words: {
        mountpoint: '/',
        share: '90.25%',
        left: '9.75Gi',
        fullIn: '; at the rate of the last 15 min it is full in 3h 15m 0s',
      },
    },
  ],
  quiet: [
    { name: 'a disk that is rather full is quiet', series: { ...size(), ...avail(`${6 * gib}x200`) } },
    {
      name: 'five in a hundred of a large one last for long',
      series: { ...size(on, 8_000 * gib), ...avail(`${300 * gib}x200`) },
    },
    {
      name: 'one that is read only cannot fill',
      series: { ...size(), ...avail(`${gib}x200`), [series('node_filesystem_readonly', on)]: '1x200' },
    },
    { name: 'the one of the kernels is full by nature', series: { ...size(boot), ...avail(`${gib}x200`, boot) } },
  ],
});

const files = (labels = on) => ({ [series('node_filesystem_files', labels)]: '6553600x1000' });
const filesFree = (values: string, labels = on) => ({ [series('node_filesystem_files_free', labels)]: values });

/** Nothing can be made any more although there is room: `No space left on device`. */
export const hostInodesLowRule = moduleRule({
  alert: 'HostInodesLow',
  kinds,
  expr: aggregate(
    'max',
    by,
    `(1 - ${select('node_filesystem_files_free', realDisks)} / (${select('node_filesystem_files', realDisks)} > 0) > ${hostLimits.inodesUsed}) ${writable}`,
  ),
  forMs: 1_800_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: {
    mountpoint: labelValue('mountpoint'),
    share: '{{ $value | humanizePercentage }}',
    left: asked(
      'max(node_filesystem_files_free{service=%q,mountpoint=%q})',
      ['$labels.service', '$labels.mountpoint'],
      'humanize',
      'few',
    ),
  },
  text: ({ service, mountpoint, share, left }) => ({
    summary: `${service}: ${mountpoint} has few inodes left`,
    description: `${share} are in use, ${left} are left. Without one no file can be made, however much room there is: "No space left on device".`,
    action: `Where are so many files? du -x --inodes --max-depth=3 ${mountpoint} | sort -n | tail -20`,
  }),
  fires: [
    {
      name: 'a file system with few inodes left fires',
      series: { ...files(), ...filesFree('3000000 262144x100') },
      trueFromMs: 60_000,
      labels: { mountpoint: '/' },
      words: { mountpoint: '/', share: '96%', left: '262.1k' },
    },
  ],
  quiet: [
    { name: 'one with inodes left is quiet', series: { ...files(), ...filesFree('400000x200') } },
    {
      name: 'one that makes them as it needs them has none to count',
      series: { [series('node_filesystem_files', on)]: '0x200', ...filesFree('0x200') },
    },
  ],
});
