import type { PanelBuilder as BigNumber } from '@grafana/grafana-foundation-sdk/stat';
import type { PanelBuilder as Graph } from '@grafana/grafana-foundation-sdk/timeseries';
import { redisLimits } from '../../stack/limits.ts';
import { aggregate } from '../../stack/promql.ts';
import type { Place } from '../frame.ts';
import { greatest } from './greatest.ts';
import { countsPanel, linesPanel, trendPanel } from './lines.ts';
import { bad, from, good, unknown, warning, words } from './look.ts';
import { step } from './queries.ts';
import { of, serverPanel } from './service-choice.ts';

/** Panels about the chosen Redis. */

const q = of('redis');
const rate = (name: Parameters<typeof q>[0], window: string = step) => `sum(rate(${q(name)}${window}))`;
const clientLimits = [
  [redisLimits.clients, warning],
  [redisLimits.clientsExhausted, bad],
] as const;
const clientAlerts = ['RedisConnectionsHigh', 'RedisConnectionsExhausted'];

export function numbers(place: Place): readonly BigNumber[] {
  return [
    serverPanel({
      ...{ kind: 'redis', place, up: 'redis_up', alerts: ['RedisDown', 'ExporterFailing'] },
      description:
        'Whether it answers its exporter. When it does not, open the dashboard of the service: does a probe of it pass, it is the exporter that is refused.',
    }),
    trendPanel({
      id: 2,
      title: 'Memory used',
      description:
        'Of its `maxmemory`. A cache that may throw away is full by nature; where it may not (`noeviction`), writes are refused at the top: `redis-cli --bigkeys`.',
      alerts: ['RedisMemoryHigh'],
      expr: `max(${q('redis_memory_used_bytes')}) / (max(${q('redis_memory_max_bytes')}) > 0)`,
      unit: 'percentunit',
      decimals: 0,
      colours: from(good, [redisLimits.memory, warning]),
      none: 'no limit',
    }),
    trendPanel({
      id: 3,
      title: 'Clients',
      description:
        'Of `maxclients`. When none is left, clients are refused, the exporter too: `redis-cli client list` says who holds them.',
      alerts: clientAlerts,
      expr: `max(${q('redis_connected_clients')}) / max(${q('redis_config_maxclients')})`,
      unit: 'percentunit',
      decimals: 1,
      colours: from(good, ...clientLimits),
    }),
    trendPanel({
      id: 4,
      title: 'Found',
      description:
        'The share of look-ups that found their key. A fall: a cache that was emptied, is too small, or keys that are named otherwise since a deploy.',
      expr: `${rate('redis_keyspace_hits_total')} / (${rate('redis_keyspace_hits_total')} + ${rate('redis_keyspace_misses_total')} > 0)`,
      unit: 'percentunit',
      decimals: 1,
      none: 'nothing was looked up',
    }),
    trendPanel({
      id: 5,
      title: 'Written to the disk',
      description:
        'Whether the last snapshot, and the last write to its log, succeeded. Else what is written now is lost with a restart: is its disk full?',
      alerts: ['RedisPersistenceFailing'],
      expr: `min(${q('redis_rdb_last_bgsave_status')}) * min(${q('redis_aof_last_write_status')})`,
      unit: 'none',
      colours: from(bad, [1, good]),
    }).mappings([words({ 0: ['failed', bad], 1: ['yes', good] })]),
    trendPanel({
      id: 6,
      title: 'Replicas',
      description:
        'How many read from this one. One less than there should be: it is down, or cannot reach this server; what it serves is old.',
      expr: `max(${q('redis_connected_slaves')})`,
      unit: 'none',
      colours: from(unknown),
    }),
  ];
}

export function memory(): Graph {
  return linesPanel({
    id: 10,
    title: 'Memory',
    description:
      'What it uses, what the system gave it, and what it may use. Far more given than used: fragmentation (`activedefrag`). Used at the top: keys are thrown away, or writes refused.',
    alerts: ['RedisMemoryHigh'],
    unit: 'bytes',
    queries: [
      [`max(${q('redis_memory_used_bytes')})`, 'used'],
      [`max(${q('redis_memory_used_rss_bytes')})`, 'given by the system'],
      [`max(${q('redis_memory_max_bytes')}) > 0`, 'may be used'],
    ],
  });
}

export function keys(): Graph {
  const held = (at = '') => aggregate('max', ['db'], `${q('redis_db_keys')}${at}`);
  return linesPanel({
    id: 11,
    title: 'Keys',
    description:
      'The ten fullest databases, and how many of all keys expire. A climb of keys that do not expire is a leak; a fall to 0 is a flush: who did it?',
    unit: 'short',
    queries: [
      [`${held()} and on (db) topk(10, ${held(' @ end()')} > 0)`, '{{db}}'],
      [`sum(${q('redis_db_keys_expiring')})`, 'expire'],
    ],
  });
}

export function removed(): Graph {
  return linesPanel({
    id: 12,
    title: 'Keys that went',
    description:
      'Expired: their time was over. Evicted: thrown away for want of memory. Many evicted with a falling share of found ones: memory is too small.',
    alerts: ['RedisMemoryHigh'],
    unit: 'ops',
    queries: [
      [rate('redis_expired_keys_total'), 'expired'],
      [rate('redis_evicted_keys_total'), 'evicted'],
    ],
  });
}

export function found(): Graph {
  return linesPanel({
    id: 20,
    title: 'Look-ups',
    description:
      'Found and not found, each second. Not found rising alone: keys that expire too early, or that nobody writes since a deploy.',
    unit: 'ops',
    queries: [
      [rate('redis_keyspace_hits_total'), 'found'],
      [rate('redis_keyspace_misses_total'), 'not found'],
    ],
  });
}

const byCommand = ['cmd'] as const;

export function commands(): Graph {
  return linesPanel({
    id: 21,
    title: 'Commands',
    description:
      'Each second, the ten most frequent. `keys` or `flushall` here does not belong on a server that is in use: find out who sends it.',
    unit: 'ops',
    queries: [
      [
        greatest(10, byCommand, (window) => aggregate('sum', byCommand, `rate(${q('redis_commands_total')}${window})`)),
        '{{cmd}}',
      ],
    ],
  });
}

export function slowest(): Graph {
  const spent = (window: string) =>
    aggregate('sum', byCommand, `rate(${q('redis_commands_duration_seconds_total')}${window})`);
  return linesPanel({
    id: 22,
    title: 'Time spent',
    description:
      'Seconds each second, the ten commands that take most. All together near 1: its one thread is busy, and everybody waits: `redis-cli slowlog get`.',
    unit: 's',
    queries: [[greatest(10, byCommand, spent), '{{cmd}}']],
  });
}

export function clients(): Graph {
  return linesPanel({
    id: 23,
    title: 'Clients by what they do',
    description:
      'Connected, and waiting in a blocking command, as workers of a queue do. A climb without end: somebody opens connections and does not close them.',
    alerts: clientAlerts,
    unit: 'short',
    queries: [
      [`max(${q('redis_connected_clients')})`, 'connected'],
      [`max(${q('redis_blocked_clients')})`, 'blocked'],
    ],
  });
}

export function refused(): Graph {
  return countsPanel({
    id: 24,
    title: 'Refused',
    description:
      'Connections for which there was no place, and commands that were answered with an error. The error says why: OOM (memory), NOAUTH (password), READONLY (a replica).',
    alerts: ['RedisConnectionsExhausted'],
    unit: 'short',
    queries: [
      [`sum(increase(${q('redis_rejected_connections_total')}${step}))`, 'connections'],
      [`topk(10, ${aggregate('sum', ['err'], `increase(${q('redis_errors_total')}${step})`)} > 0)`, '{{err}}'],
    ],
  });
}

export function traffic(): Graph {
  return linesPanel({
    id: 25,
    title: 'Network',
    description:
      'Bytes each second. Much out with few commands: large values, or a replica that fetches everything again.',
    unit: 'Bps',
    queries: [
      [rate('redis_net_input_bytes_total'), 'in'],
      [rate('redis_net_output_bytes_total'), 'out'],
    ],
  });
}
