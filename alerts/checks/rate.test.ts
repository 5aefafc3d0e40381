import { describe, expect, test } from 'vitest';
import { rate } from './rate.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'of a counter', rule: { expr: 'increase(alertmanager_notifications_failed_total[10m]) > 0' }, is: [] },
  {
    name: 'of a gauge',
    rule: { expr: 'rate(redis_connected_clients[5m]) > 1' },
    is: [
      'expr «redis_connected_clients»: rate of "redis_connected_clients", which is a gauge (for a gauge there are delta, deriv and the functions named _over_time)',
    ],
  },
  { name: 'of one whose exporter says no type', rule: { expr: 'increase(node_vmstat_oom_kill[10m]) > 0' }, is: [] },
  {
    name: 'of a sum',
    rule: { expr: 'rate(sum(redis_commands_processed_total)[5m:1m]) > 0' },
    is: [
      'expr «sum(redis_commands_processed_total)[5m:1m]»: the rate of a sum of counters (take the rate first and add up then: what begins anew in a sum cannot be seen)',
    ],
  },
  {
    name: 'the slope of a counter',
    rule: { expr: 'predict_linear(node_network_receive_bytes_total[1h], 3600) > 0' },
    is: [
      'expr «node_network_receive_bytes_total»: predict_linear of "node_network_receive_bytes_total", which is a counter (ask for its rate or increase)',
    ],
  },
  { name: 'the slope of a gauge', rule: { expr: 'deriv(node_filesystem_avail_bytes[1h]) < 0' }, is: [] },
];

describe('a rate of what does not grow', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(rate, rule)).toEqual(is);
  });
});
