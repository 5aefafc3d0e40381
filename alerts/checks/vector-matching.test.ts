import { describe, expect, test } from 'vitest';
import { type CheckCase, found } from './testing/found.ts';
import { vectorMatching } from './vector-matching.ts';

const cases: readonly CheckCase[] = [
  { name: 'the same labels', rule: { expr: 'redis_memory_used_bytes / redis_memory_max_bytes > 0.9' }, is: [] },
  {
    name: 'a label that one side lacks',
    rule: {
      expr: 'sum by (service, datname) (pg_stat_activity_count) / max by (service) (pg_settings_max_connections) > 0.9',
    },
    is: ['expr «/»: the two sides of / have different labels: datname (say on which labels they match: / on (…))'],
  },
  {
    name: 'matched on what both have',
    rule: {
      expr: 'sum by (service, datname) (pg_stat_activity_count) / on (service) group_left () max by (service) (pg_settings_max_connections) > 0.9',
    },
    is: [],
  },
  {
    name: 'ignoring what one side lacks',
    rule: {
      expr: 'sum by (service) (pg_stat_activity_count) / ignoring (server) max by (service, server) (pg_settings_max_connections) > 0.9',
    },
    is: [],
  },
  {
    name: 'on a label that the right side lacks',
    rule: { expr: 'redis_up == 0 unless on (service, probe) watchpost_service_maintenance == 1' },
    is: ['expr «probe»: the left side has no label "probe"', 'expr «probe»: the right side has no label "probe"'],
  },
  {
    name: 'group_left of a label that is not there',
    rule: { expr: 'redis_up * on (instance) group_left (version) redis_instance_info > 1' },
    is: ['expr «version»: the other side has no label "version"'],
  },
  { name: 'or takes both sides as they are', rule: { expr: 'redis_up == 0 or absent(redis_up)' }, is: [] },
  { name: 'a number matches everything', rule: { expr: 'redis_up * 100 > 1' }, is: [] },
];

describe('two sides that never match', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(vectorMatching, rule)).toEqual(is);
  });
});
