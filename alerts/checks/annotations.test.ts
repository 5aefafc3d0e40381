import { describe, expect, test } from 'vitest';
import { annotations } from './annotations.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'all there', rule: { annotations: { summary: 'x' } }, is: [], context: { annotations: ['summary'] } },
  {
    name: 'none',
    rule: { annotations: { summary: ' ' } },
    is: ['annotations.summary: the annotation "summary" is missing (a page says nothing without)'],
    context: { annotations: ['summary'] },
  },
  { name: 'a recording has none', rule: { kind: 'record' as const }, is: [] },
];

describe('annotations that a page needs', () => {
  test.each(cases)('$name', ({ rule, is, context }) => {
    expect(found(annotations, rule, context)).toEqual(is);
  });
});
