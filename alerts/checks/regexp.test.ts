import { describe, expect, test } from 'vitest';
import { regexp } from './regexp.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'one that is', rule: { expr: 'up{job=~"a|b"} == 0' }, is: [] },
  {
    name: 'without anything special',
    rule: { expr: 'up{job=~"redis"} == 0' },
    is: ['expr «job=~"redis"»: a pattern without any special character (write job="redis")'],
  },
  {
    name: 'its opposite',
    rule: { expr: 'up{job!~"redis"} == 0' },
    is: ['expr «job!~"redis"»: a pattern without any special character (write job!="redis")'],
  },
  {
    name: 'anchored',
    rule: { expr: 'up{job=~"^a.*$"} == 0' },
    is: ['expr «job=~"^a.*$"»: a pattern always matches the whole value: ^ and $ say nothing (leave them out)'],
  },
  {
    name: 'that matches everything',
    rule: { expr: 'up{job=~".*"} == 0' },
    is: ['expr «job=~".*"»: job=~".*" matches everything (leave it out, or write .+ for a label that is set)'],
  },
  { name: 'that is none', rule: { expr: 'up{job=~"a("} == 0' }, is: ['expr «job=~"a("»: the pattern "a(" is none'] },
  { name: 'in the syntax of Go', rule: { expr: 'up{job=~"(?i)redis|\\\\pL+"} == 0' }, is: [] },
];

describe('a pattern that need not be one', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(regexp, rule)).toEqual(is);
  });
});
