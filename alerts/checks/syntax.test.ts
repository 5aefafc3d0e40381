import { describe, expect, test } from 'vitest';
import { syntax } from './syntax.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'a query that parses', rule: { expr: 'sum by (job) (up) == 0' }, is: [] },
  {
    name: 'a bracket that is never closed',
    rule: { expr: 'sum(up == 0' },
    is: ['expr «»: the query is no PromQL near "um(up == 0"'],
  },
  { name: 'a word too many', rule: { expr: 'up foo 1' }, is: ['expr «foo»: the query is no PromQL near "up foo 1"'] },
  { name: 'nothing', rule: { expr: '  ' }, is: ['expr « »: the query is empty'] },
];

describe('a query that is no PromQL', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(syntax, rule)).toEqual(is);
  });
});
