import { describe, expect, test } from 'vitest';
import { absentFor } from './absent-for.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'with one', rule: { expr: 'absent(redis_up)', for: '1m' }, is: [] },
  {
    name: 'without',
    rule: { expr: 'absent(redis_up)' },
    is: ['expr «absent»: absent is true for a moment after each restart of Prometheus (for: 10s or more)'],
  },
  {
    name: 'with a short one',
    rule: { expr: 'absent(redis_up)', for: '5s' },
    is: ['expr «absent»: absent is true for a moment after each restart of Prometheus (for: 10s or more)'],
  },
  { name: 'over a time of its own', rule: { expr: 'absent_over_time(redis_up[5m])' }, is: [] },
];

describe('absent without a wait', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(absentFor, rule)).toEqual(is);
  });
});
