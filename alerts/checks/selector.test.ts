import { describe, expect, test } from 'vitest';
import { selector } from './selector.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'by a label only',
    rule: { expr: 'count({job="redis"}) > 1' },
    is: ['expr «{job="redis"}»: the selector names no metric (begin with a name: up{…})'],
  },
  {
    name: 'by a pattern of names',
    rule: { expr: 'count({__name__=~"redis_.+"}) > 1' },
    is: ['expr «{__name__=~"redis_.+"}»: the selector names no metric (begin with a name: up{…})'],
  },
  { name: 'by the name as a label', rule: { expr: '{__name__="redis_up"} == 0' }, is: [] },
];

describe('a selector without a name', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(selector, rule)).toEqual(is);
  });
});
