import { describe, expect, test } from 'vitest';
import { wait } from './for.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'five minutes', rule: { for: '5m', keepFiringFor: '1m' }, is: [] },
  { name: 'none', rule: { for: '0s' }, is: ['for: for: 0s is what is anyway (leave it out)'] },
  { name: 'a number', rule: { for: '300' }, is: ['for: found "300", expected a duration (such as 30s, 5m or 1h30m)'] },
  {
    name: 'a week',
    rule: { keepFiringFor: '1w' },
    is: ['keep_firing_for: keep_firing_for: 1w is longer than two days'],
  },
];

describe('a wait that is none', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(wait, rule)).toEqual(is);
  });
});
