import { describe, expect, test } from 'vitest';
import { counter } from './counter.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'its rate', rule: { expr: 'rate(redis_rejected_connections_total[5m]) > 0' }, is: [] },
  {
    name: 'itself',
    rule: { expr: 'redis_rejected_connections_total > 5' },
    is: [
      'expr «redis_rejected_connections_total»: "redis_rejected_connections_total" is a counter: it only grows (ask for its rate or increase)',
    ],
  },
  {
    name: 'in a sum',
    rule: { expr: 'sum(node_cpu_seconds_total) > 5' },
    is: [
      'expr «node_cpu_seconds_total»: "node_cpu_seconds_total" is a counter: it only grows (ask for its rate or increase)',
    ],
  },
  { name: 'whether it is there', rule: { expr: 'absent(redis_commands_processed_total)' }, is: [] },
  { name: 'how many of them', rule: { expr: 'count(node_cpu_seconds_total) > 5' }, is: [] },
  { name: 'as a condition', rule: { expr: 'redis_up == 0 unless redis_commands_processed_total' }, is: [] },
  { name: 'a gauge', rule: { expr: 'redis_connected_clients > 5' }, is: [] },
  {
    name: 'a part of a histogram',
    rule: { expr: 'prometheus_http_request_duration_seconds_count > 5' },
    is: [
      'expr «prometheus_http_request_duration_seconds_count»: "prometheus_http_request_duration_seconds_count" is a counter: it only grows (ask for its rate or increase)',
    ],
  },
];

describe('the value of a counter', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(counter, rule)).toEqual(is);
  });
});
