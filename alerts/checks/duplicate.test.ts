import { describe, expect, test } from 'vitest';
import { duplicate } from './duplicate.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'the same alert in the same group',
    rule: { name: 'A' },
    is: ['alert: the alert rule "A" is there already, in the same group'],
    context: { others: [{ name: 'A', expr: 'up  ==  0' }] },
  },
  {
    name: 'of another severity',
    rule: { name: 'A' },
    is: [],
    context: { others: [{ name: 'A', labels: { severity: 'critical', team: 'default' } }] },
  },
  { name: 'with another query', rule: { name: 'A' }, is: [], context: { others: [{ name: 'A', expr: 'up == 1' }] } },
  {
    name: 'the same series in another group',
    rule: { kind: 'record' as const, name: 'a:b:c' },
    is: ['record: the record rule "a:b:c" is there already, in the group "other"'],
    context: { others: [{ kind: 'record' as const, name: 'a:b:c', expr: 'down', group: { name: 'other' } }] },
  },
];

describe('the same rule twice', () => {
  test.each(cases)('$name', ({ rule, is, context }) => {
    expect(found(duplicate, rule, context)).toEqual(is);
  });
});
