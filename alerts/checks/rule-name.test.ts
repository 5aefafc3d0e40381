import { describe, expect, test } from 'vitest';
import { ruleName } from './rule-name.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'an alert', rule: { name: 'DiskFull90' }, is: [] },
  {
    name: 'an alert with spaces',
    rule: { name: 'disk full' },
    is: ['alert: the alert is called "disk full" (letters and digits: DiskFull)'],
  },
  { name: 'a recording', rule: { kind: 'record' as const, name: 'job:requests:rate5m' }, is: [] },
  {
    name: 'no name of a series',
    rule: { kind: 'record' as const, name: 'job-requests' },
    is: ['record: "job-requests" is no name of a series (such as job:requests:rate5m)'],
  },
];

describe('the name of a rule', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(ruleName, rule)).toEqual(is);
  });
});
