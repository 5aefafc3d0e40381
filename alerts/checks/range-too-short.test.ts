import { describe, expect, test } from 'vitest';
import { rangeTooShort } from './range-too-short.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'long enough', rule: { expr: 'rate(redis_commands_processed_total[20s]) > 0' }, is: [] },
  {
    name: 'too short',
    rule: { expr: 'rate(redis_commands_processed_total[10s]) > 0' },
    is: ['expr «10s»: rate over 10s, where a scrape comes every 5s (at least 20s)'],
  },
  { name: 'of a function that needs one sample', rule: { expr: 'max_over_time(redis_up[10s]) == 0' }, is: [] },
];

describe('a range of too few scrapes', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(rangeTooShort, rule)).toEqual(is);
  });
});
