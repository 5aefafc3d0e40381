import { describe, expect, test } from 'vitest';
import { groupInterval } from './group-interval.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'every minute', rule: { group: { name: 'a', interval: '1m' } }, is: [] },
  { name: 'as often as all', rule: { group: { name: 'a' } }, is: [] },
  {
    name: 'every ten minutes',
    rule: { group: { name: 'a', interval: '10m' } },
    is: ['group.interval: evaluated every 10m: series are gone after 5m (5m or less)'],
  },
  {
    name: 'never',
    rule: { group: { name: 'a', interval: 'often' } },
    is: ['group.interval: found "often", expected a duration (such as 30s)'],
  },
];

describe('a group that is evaluated rarely', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(groupInterval, rule)).toEqual(is);
  });
});
