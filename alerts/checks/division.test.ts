import { describe, expect, test } from 'vitest';
import { division } from './division.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'outside', rule: { expr: 'sum(redis_memory_used_bytes) / sum(redis_memory_max_bytes) > 0.9' }, is: [] },
  {
    name: 'inside',
    rule: { expr: 'avg(redis_memory_used_bytes / redis_memory_max_bytes) > 0.9' },
    is: [
      'expr «/»: a division inside of avg: where it is 0 / 0, all of the avg is NaN (divide the sums instead, or guard what may be 0: (… > 0))',
    ],
  },
  { name: 'guarded', rule: { expr: 'avg(redis_memory_used_bytes / (redis_memory_max_bytes > 0)) > 0.9' }, is: [] },
  { name: 'by a number', rule: { expr: 'sum(redis_memory_used_bytes / 1024) > 5' }, is: [] },
  {
    name: 'in a maximum, which passes NaN over',
    rule: { expr: 'max(redis_memory_used_bytes / redis_memory_max_bytes) > 0.9' },
    is: [],
  },
  { name: 'counted', rule: { expr: 'count(redis_memory_used_bytes / redis_memory_max_bytes > 0.9) > 1' }, is: [] },
];

describe('a division inside of an aggregation', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(division, rule)).toEqual(is);
  });
});
