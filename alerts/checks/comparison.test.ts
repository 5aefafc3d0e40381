import { describe, expect, test } from 'vitest';
import { comparison } from './comparison.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'a comparison', rule: { expr: 'up == 0' }, is: [] },
  {
    name: 'none',
    rule: { expr: 'redis_connected_clients' },
    is: [
      'expr «redis_connected_clients»: the alert has no condition: it fires whenever its series are there (compare with something: > 0; a comparison with bool is always a value)',
    ],
  },
  {
    name: 'a comparison that is a value',
    rule: { expr: 'redis_connected_clients > bool 5' },
    is: [
      'expr «redis_connected_clients > bool 5»: the alert has no condition: it fires whenever its series are there (compare with something: > 0; a comparison with bool is always a value)',
    ],
  },
  {
    name: 'on one side of or',
    rule: { expr: '(redis_up == 0) or redis_connected_clients' },
    is: [
      'expr «(redis_up == 0) or redis_connected_clients»: the alert has no condition: it fires whenever its series are there (compare with something: > 0; a comparison with bool is always a value)',
    ],
  },
  { name: 'on one side of and', rule: { expr: 'redis_connected_clients and on (service) redis_up == 1' }, is: [] },
  { name: 'inside of an aggregation', rule: { expr: 'count(up == 0)' }, is: [] },
  { name: 'whether something is there', rule: { expr: 'absent(redis_up)' }, is: [] },
  { name: 'unless something is there', rule: { expr: 'redis_up unless redis_connected_clients' }, is: [] },
  { name: 'the signal that never stops', rule: { expr: 'vector(1)' }, is: [] },
  { name: 'a comparison below a comment', rule: { expr: '# why\nup == 0' }, is: [] },
  { name: 'a recording needs none', rule: { expr: 'redis_connected_clients', kind: 'record' as const }, is: [] },
];

describe('an alert without a condition', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(comparison, rule)).toEqual(is);
  });
});
