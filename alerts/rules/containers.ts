import { containerLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { asked, moduleRule, seriesOf } from './module-rule.ts';
import { labelValue } from './rule.ts';

const by = ['service', 'team', 'name'];
const kinds = ['containers'] as const;
const series = seriesOf('containers');
/** The control groups that are no containers have no name. */
const named = { name: { like: '.+' } };
const of = { id: '/docker/4f5e6d', name: 'shop-web-1', image: 'shop/web:1.4.2' };
const labels = { name: 'shop-web-1' };
const name = labelValue('name');

const started = series('container_start_time_seconds', of);
/** cAdvisor looks at a container every five seconds or a little later, and what it has at a scrape is from the look before. */
const lookedAtMs = 10_000;

/** It dies, is started again, and dies. Needs cAdvisor 0.57: before, the time was that at which the container was made. */
export const containerRestartingRule = moduleRule({
  alert: 'ContainerRestarting',
  kinds,
  expr: `${aggregate('sum', by, `changes(${select('container_start_time_seconds', named)}[15m])`)} > ${containerLimits.restarts}`,
  forMs: 0,
  stepMs: 60_000,
  severity: 'warning',
  templates: { name, count: '{{ $value | printf "%.0f" }}' },
  text: ({ service, name, count }) => ({
    summary: `${service}/${name} is restarted again and again`,
    description: `${count} starts in the last 15 minutes, expected at most 2: it ends, by itself or killed, and is started again.`,
    action: `What did it say last, and how did it end? docker logs --tail 50 ${name}; docker inspect ${name} | grep -E "ExitCode|OOMKilled"`,
  }),
  fires: [
    {
      name: 'a container that does not stay up fires',
      series: { [started]: '1000x5 1400 1460 1460 1530x60' },
      trueFromMs: 540_000,
      labels,
      words: { name: of.name, count: '3' },
    },
  ],
  quiet: [
    { name: 'a container that runs is quiet', series: { [started]: '1000x200' } },
    { name: 'a restart or two are quiet', series: { [started]: '1000x5 1400x5 1800x60' } },
    {
      name: 'a deploy makes another container',
      series: {
        [started]: '1000x5 stale',
        [series('container_start_time_seconds', { ...of, id: '/docker/aaaa' })]: '_x5 1400x5 stale',
        [series('container_start_time_seconds', { ...of, id: '/docker/bbbb' })]: '_x11 1800x50',
      },
    },
    {
      name: 'what has no name is no container',
      series: { [series('container_start_time_seconds', { id: '/system.slice' })]: '0+7x60' },
      atMs: 1_200_000,
    },
  ],
});

const seen = series('container_last_seen', of);
const up = series('up');
const lived =
  `last_over_time(${select('container_last_seen', named)}[1h])` +
  ` - last_over_time(${select('container_start_time_seconds', named)}[1h])`;

/**
 * What ran for hours is not there any more, nor another one of its name. Also what ends within a second of each start: that
 * one is never there when it is looked for, so that ContainerRestarting cannot count it.
 */
export const containerGoneRule = moduleRule({
  alert: 'ContainerGone',
  kinds,
  expr:
    `${aggregate('max', by, lived)} > 3600` +
    ` unless on (service, name) ${select('container_start_time_seconds', named)}` +
    ` and on (service) ${select('up', { job: 'containers' })} == 1`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: { name, lived: '{{ $value | humanizeDuration }}' },
  text: ({ service, name, lived }) => ({
    summary: `${service}/${name} does not run any more`,
    description: `It ran for ${lived}, and there has been no container of this name for five minutes.`,
    action: `Was it meant? docker ps -a --filter name=${name}; docker logs --tail 50 ${name}`,
  }),
  fires: [
    {
      name: 'a container that ran for long and is gone fires',
      series: { [up]: '1x200', [started]: '-3600x5 stale', [seen]: '0+60x5 stale' },
      trueFromMs: 360_000,
      labels,
      words: { name: of.name, lived: '1h 5m 0s' },
    },
  ],
  quiet: [
    { name: 'one that runs is quiet', series: { [up]: '1x200', [started]: '-3600x200', [seen]: '0+60x200' } },
    {
      name: 'a deploy makes another of the same name',
      series: {
        [up]: '1x200',
        [started]: '-3600x5 stale',
        [seen]: '0+60x5 stale',
        [series('container_start_time_seconds', { ...of, id: '/docker/aaaa' })]: '_x7 480x60',
      },
    },
    {
      name: 'a job that has done its work is quiet',
      series: { [up]: '1x200', [started]: '-600x5 stale', [seen]: '0+60x5 stale' },
    },
    {
      name: 'who measures them is away: nothing is known',
      series: { [up]: '1 1 1 1 1 1 0x200', [started]: '-3600x5 stale', [seen]: '0+60x5 stale' },
    },
  ],
});

const killed = series('container_oom_events_total', of);

/** A limit was reached, and the kernel killed. Whether the container ended with it depends on who was killed in it. */
export const containerOomKilledRule = moduleRule({
  alert: 'ContainerOOMKilled',
  kinds,
  expr: `${aggregate('sum', by, `increase(${select('container_oom_events_total', named)}[10m])`)} > 0`,
  forMs: 0,
  holdsAfterMs: lookedAtMs,
  stepMs: 60_000,
  severity: 'warning',
  templates: { name, count: '{{ $value | printf "%.0f" }}' },
  text: ({ service, name, count }) => ({
    summary: `${service}/${name}: the kernel killed for want of memory`,
    description: `${count} in the last ten minutes, expected none: the container had used up its limit.`,
    action: `Does it run again? docker ps -a --filter name=${name}; then raise its mem_limit, or find out what it keeps.`,
  }),
  fires: [
    {
      name: 'a kill in a container fires',
      series: { [killed]: '0x12 1x60' },
      trueFromMs: 780_000,
      labels,
      words: { name: of.name, count: '1' },
    },
  ],
  quiet: [{ name: 'kills of long ago are quiet', series: { [killed]: '4x200' } }],
});

const used = series('container_memory_working_set_bytes', of);
const limit = series('container_spec_memory_limit_bytes', of);

/** The kernel is about to kill in it. */
export const containerMemoryNearLimitRule = moduleRule({
  alert: 'ContainerMemoryNearLimit',
  kinds,
  expr: aggregate(
    'max',
    by,
    `${select('container_memory_working_set_bytes', named)} / (${select('container_spec_memory_limit_bytes', named)} > 0) > ${containerLimits.memory}`,
  ),
  forMs: 600_000,
  holdsAfterMs: lookedAtMs,
  stepMs: 60_000,
  severity: 'warning',
  templates: {
    name,
    share: '{{ $value | humanizePercentage }}',
    limit: asked(
      'max(container_spec_memory_limit_bytes{service=%q,name=%q})',
      ['$labels.service', '$labels.name'],
      'humanize1024',
      'it may ',
    ),
  },
  text: ({ service, name, share, limit }) => ({
    summary: `${service}/${name} has used ${share} of its memory`,
    description: `${share} of the ${limit}B that it may have, for ten minutes, expected at most 90%. At the limit the kernel kills in it.`,
    action: `Does it grow, or is the limit too tight? docker stats --no-stream ${name}; the dashboard shows since when.`,
  }),
  fires: [
    {
      name: 'a container near its limit fires',
      series: { [used]: '200000000 510027366x60', [limit]: '536870912x60' },
      trueFromMs: 60_000,
      labels,
      words: { name: of.name, share: '95%', limit: '512Mi' },
    },
  ],
  quiet: [
    { name: 'a container with memory left is quiet', series: { [used]: '470000000x200', [limit]: '536870912x200' } },
    { name: 'one without a limit is a matter of its host', series: { [used]: '536870912x200', [limit]: '0x200' } },
    {
      name: 'a moment near it is quiet',
      series: { [used]: '5 530000000x8 5x60', [limit]: '536870912x60' },
      atMs: 660_000,
    },
  ],
});
