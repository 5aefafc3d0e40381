import { describe, expect, test } from 'vitest';
import { templateValue } from './template-value.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'in an annotation', rule: { annotations: { summary: '{{ $value }}' } }, is: [] },
  {
    name: 'in a label',
    rule: { labels: { x: 'is {{ $value | humanize }}' } },
    is: [
      'labels.x «{{ $value | humanize }}»: the value in a label makes another alert of each evaluation (put it into an annotation)',
    ],
  },
];

describe('the value in a label', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(templateValue, rule)).toEqual(is);
  });
});
