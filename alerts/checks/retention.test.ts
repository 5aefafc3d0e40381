import { describe, expect, test } from 'vitest';
import { retention } from './retention.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'within', rule: { expr: 'rate(redis_commands_processed_total[1h] offset 1w) > 0' }, is: [] },
  {
    name: 'a range beyond it',
    rule: { expr: 'avg_over_time(redis_up[40d]) < 1' },
    is: ['expr «40d»: looks back 5w5d, and Prometheus keeps 4w4d'],
  },
  {
    name: 'an offset beyond it',
    rule: { expr: 'redis_up offset 6w == 0' },
    is: ['expr «6w»: looks back 6w, and Prometheus keeps 4w4d'],
  },
  {
    name: 'both together',
    rule: { expr: 'rate(redis_commands_processed_total[3w] offset 2w) > 0' },
    is: ['expr «2w»: looks back 5w, and Prometheus keeps 4w4d'],
  },
  {
    name: 'a subquery in a subquery',
    rule: { expr: 'max_over_time(avg_over_time(redis_up[3w])[2w:1h]) < 1' },
    is: ['expr «2w»: looks back 5w, and Prometheus keeps 4w4d'],
  },
];

describe('a look back to where nothing is kept', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(retention, rule)).toEqual(is);
  });
});
