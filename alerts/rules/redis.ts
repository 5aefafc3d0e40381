import { redisLimits } from '../../stack/limits.ts';
import { aggregate, select } from '../../stack/promql.ts';
import { asked, moduleRule, probeOf, seriesOf } from './module-rule.ts';
import { unlessAProbePasses } from './word-of-a-probe.ts';

const byService = ['service', 'team'];
const kinds = ['redis'] as const;
const series = seriesOf('redis');
const up = series('redis_up');

/** The exporter gets no answer, and no probe of ours either. What a probe finds is paged sooner, and mutes this. */
export const redisDownRule = moduleRule({
  alert: 'RedisDown',
  kinds,
  expr: `${aggregate('max', byService, select('redis_up'))} == 0 ${unlessAProbePasses('redis')}`,
  forMs: 30_000,
  severity: 'critical',
  criticalBecause: 'user-visible',
  templates: {},
  text: ({ service }) => ({
    summary: `${service}: Redis is down`,
    description:
      'Its exporter has had no answer for 30 seconds, and no probe that asks it passes. It is refused as well when the maximum of clients is reached.',
    action: 'Does it run, and what does it answer? redis-cli -h HOST -p PORT ping',
  }),
  fires: [
    { name: 'a server that does not answer fires', series: { [up]: '1 1 0x20' }, trueFromMs: 10_000, words: {} },
    {
      name: 'a probe that only opens the port proves nothing',
      series: { [up]: '1 0x20', ...probeOf('redis', 'tcp', '0x20') },
      trueFromMs: 5_000,
      words: {},
    },
  ],
  quiet: [
    { name: 'a server that answers is quiet', series: { [up]: '1x100' } },
    { name: 'a restart is over before it pages', series: { [up]: '1 0x5 1x20' }, atMs: 30_000 },
    {
      name: 'where a probe is answered, it is the exporter that is not',
      series: { [up]: '0x100', ...probeOf('redis', 'redis', '0x100') },
    },
  ],
});

const usedBytes = series('redis_memory_used_bytes');
const maxBytes = series('redis_memory_max_bytes');
const policy = (name: string) => series('redis_instance_info', { maxmemory_policy: name, role: 'master' });

/**
 * Writes are about to be refused. Only where Redis may throw nothing away: a cache with another policy is full all the time
 * and drops what is oldest.
 */
export const redisMemoryHighRule = moduleRule({
  alert: 'RedisMemoryHigh',
  kinds,
  expr:
    `${aggregate('max', byService, select('redis_memory_used_bytes'))}` +
    ` / (${aggregate('max', byService, select('redis_memory_max_bytes'))} > 0) > ${redisLimits.memory}` +
    ` and on (service) ${select('redis_instance_info', { maxmemory_policy: 'noeviction' })}`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: {
    share: '{{ $value | humanizePercentage }}',
    used: asked('max(redis_memory_used_bytes{service=%q})', ['$labels.service'], 'humanize1024', 'most '),
    max: asked('max(redis_memory_max_bytes{service=%q})', ['$labels.service'], 'humanize1024', 'maxmemory '),
  },
  text: ({ service, share, used, max }) => ({
    summary: `${service}: Redis has used ${share} of its memory`,
    description: `${used}B of ${max}B, expected at most 90%. It may throw nothing away (maxmemory-policy noeviction): when it is full, every write is refused.`,
    action: 'What is it full of? redis-cli --bigkeys; redis-cli info keyspace',
  }),
  fires: [
    {
      name: 'a server that is nearly full fires',
      series: { [usedBytes]: '536870912 2040109466x60', [maxBytes]: '2147483648x60', [policy('noeviction')]: '1x60' },
      trueFromMs: 60_000,
      words: { share: '95%', used: '1.9Gi', max: '2Gi' },
    },
  ],
  quiet: [
    {
      name: 'a server with memory left is quiet',
      series: { [usedBytes]: '1900000000x200', [maxBytes]: '2147483648x200', [policy('noeviction')]: '1x200' },
    },
    {
      name: 'a cache that throws away what is oldest is meant to be full',
      series: { [usedBytes]: '2147483648x200', [maxBytes]: '2147483648x200', [policy('allkeys-lru')]: '1x200' },
    },
    {
      name: 'a server without a limit is a matter of its host',
      series: { [usedBytes]: '2147483648x200', [maxBytes]: '0x200', [policy('noeviction')]: '1x200' },
    },
  ],
});

const snapshot = series('redis_rdb_last_bgsave_status');
const log = series('redis_aof_last_write_status');

/** What is written now is lost with the next restart; and by default Redis refuses writes until it can save again. */
export const redisPersistenceFailingRule = moduleRule({
  alert: 'RedisPersistenceFailing',
  kinds,
  expr:
    `${aggregate('min', byService, select('redis_rdb_last_bgsave_status'))} == 0` +
    ` or ${aggregate('min', byService, select('redis_aof_last_write_status'))} == 0`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'critical',
  criticalBecause: 'imminent-loss',
  templates: {},
  text: ({ service }) => ({
    summary: `${service}: Redis cannot write to its disk`,
    description:
      'The last snapshot, or the last write to its log, failed, and none has succeeded for five minutes. What is written now is lost with a restart; unless told otherwise Redis refuses writes meanwhile.',
    action: 'Is its disk full, or the folder not its own? redis-cli config get dir; then df -h there, and its log.',
  }),
  fires: [
    {
      name: 'a snapshot that fails fires',
      series: { [snapshot]: '1 0x60', [log]: '1x60' },
      trueFromMs: 60_000,
      words: {},
    },
    {
      name: 'so does a log that cannot be written',
      series: { [snapshot]: '1x60', [log]: '1 0x60' },
      trueFromMs: 60_000,
      words: {},
    },
  ],
  quiet: [
    { name: 'a server that saves is quiet', series: { [snapshot]: '1x200', [log]: '1x200' } },
    { name: 'a snapshot that works at the next try is quiet', series: { [snapshot]: '1 0 0 0 1x200' }, atMs: 360_000 },
  ],
});

const clients = series('redis_connected_clients');
const maxClients = series('redis_config_maxclients');
const rejected = series('redis_rejected_connections_total');
/** The exporter is refused too when there is no place left: then what it said last counts. */
const used = (window: string) =>
  `${aggregate('max', byService, `last_over_time(${select('redis_connected_clients')}[${window}])`)}` +
  ` / ${aggregate('max', byService, `last_over_time(${select('redis_config_maxclients')}[${window}])`)}`;

const clientWords = {
  used: asked(
    'max(last_over_time(redis_connected_clients{service=%q}[1h]))',
    ['$labels.service'],
    'printf "%.0f"',
    'most',
  ),
  max: asked(
    'max(last_over_time(redis_config_maxclients{service=%q}[1h]))',
    ['$labels.service'],
    'printf "%.0f"',
    'maxclients',
  ),
};

/** Time to find out who opens so many. */
export const redisConnectionsHighRule = moduleRule({
  alert: 'RedisConnectionsHigh',
  kinds,
  expr: `${used('1m')} > ${redisLimits.clients}`,
  forMs: 300_000,
  stepMs: 60_000,
  severity: 'warning',
  templates: { share: '{{ $value | humanizePercentage }}', ...clientWords },
  text: ({ service, share, used, max }) => ({
    summary: `${service}: ${share} of the connections to Redis are in use`,
    description: `${used} clients of ${max}, expected at most 85%. When none is left, clients are refused.`,
    action: 'Who holds them? redis-cli client list: the column addr, and idle.',
  }),
  fires: [
    {
      name: 'a server that is nearly full fires',
      series: { [clients]: '20 90x60', [maxClients]: '100x60' },
      trueFromMs: 60_000,
      words: { share: '90%', used: '90', max: '100' },
    },
  ],
  quiet: [
    { name: 'a server with places left is quiet', series: { [clients]: '85x200', [maxClients]: '100x200' } },
    {
      name: 'a rush that is over is quiet',
      series: { [clients]: '20 90 90 20x60', [maxClients]: '100x60' },
      atMs: 360_000,
    },
  ],
});

/** Clients are refused, or are about to be: users see it at once. */
export const redisConnectionsExhaustedRule = moduleRule({
  alert: 'RedisConnectionsExhausted',
  kinds,
  expr:
    `${used('1m')} > ${redisLimits.clientsExhausted}` +
    ` or (${used('1h')} > ${redisLimits.clients} and on (service) ${select('redis_up')} == 0)` +
    ` or ${aggregate('max', byService, `increase(${select('redis_rejected_connections_total')}[1m])`)} > 0`,
  forMs: 20_000,
  severity: 'critical',
  criticalBecause: 'user-visible',
  templates: clientWords,
  text: ({ service, used, max }) => ({
    summary: `${service}: Redis refuses clients`,
    description: `It has no connection left, or had none in the last minute: ${used} clients of ${max} when its exporter got in last. Whoever is refused fails.`,
    action:
      'End what is idle: redis-cli client list, then client kill; or take more for now: redis-cli config set maxclients N',
  }),
  fires: [
    {
      name: 'a server without a place left fires',
      series: { [up]: '1x60', [clients]: '20 98x60', [maxClients]: '100x60', [rejected]: '0x60' },
      trueFromMs: 5_000,
      words: { used: '98', max: '100' },
    },
    {
      name: 'it fires when its exporter is refused as well',
      series: { [up]: '1 1 1 0x60', [clients]: '20 90 92 stale', [maxClients]: '100x2 stale', [rejected]: '0x2 stale' },
      trueFromMs: 15_000,
      words: { used: '92', max: '100' },
    },
    {
      name: 'and for as long as it is refused',
      series: {
        [up]: '1 1 1 0x200',
        [clients]: '20 90 92 stale',
        [maxClients]: '100x2 stale',
        [rejected]: '0x2 stale',
      },
      trueFromMs: 15_000,
      seenAtMs: 900_000,
      words: { used: '92', max: '100' },
    },
    {
      name: 'clients that were refused fire, wherever the limit is',
      series: { [up]: '1x60', [clients]: '20x60', [maxClients]: '100x60', [rejected]: '4 5+1x60' },
      trueFromMs: 5_000,
      words: { used: '20', max: '100' },
    },
  ],
  quiet: [
    {
      name: 'a server with a few places left has the other alert',
      series: { [up]: '1x200', [clients]: '96x200', [maxClients]: '100x200', [rejected]: '7x200' },
    },
    {
      name: 'one that is down with places left is down',
      series: { [up]: '1 0x200', [clients]: '20 stale', [maxClients]: '100 stale' },
    },
  ],
});
