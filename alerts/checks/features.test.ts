import { describe, expect, test } from 'vitest';
import { features } from './features.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'a function',
    rule: { expr: 'mad_over_time(redis_connected_clients[5m]) > 5' },
    is: ['expr «mad_over_time»: mad_over_time is experimental: Prometheus is not started with it'],
  },
  {
    name: 'an aggregation',
    rule: { expr: 'limitk(3, redis_connected_clients) > 5' },
    is: ['expr «limitk»: limitk is experimental: Prometheus is not started with it'],
  },
  { name: 'what everybody has', rule: { expr: 'quantile_over_time(0.9, redis_connected_clients[5m]) > 5' }, is: [] },
];

describe('what is experimental', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(features, rule)).toEqual(is);
  });
});
