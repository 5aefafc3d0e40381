import { describe, expect, test } from 'vitest';
import { templateLabels } from './template-labels.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'one of the result',
    rule: { expr: 'max by (job) (up) == 0', annotations: { summary: '{{ $labels.job }}' } },
    is: [],
  },
  {
    name: 'one that is aggregated away',
    rule: { expr: 'max by (job) (up) == 0', annotations: { summary: 'at {{ $labels.instance }}' } },
    is: ['annotations.summary «$labels.instance»: the result has no label "instance" (it carries job)'],
  },
  {
    name: 'one of nothing',
    rule: { expr: 'sum(up) == 0', labels: { x: '{{ $labels.job }}' } },
    is: ['labels.x «$labels.job»: the result has no label "job" (it carries none)'],
  },
  {
    name: 'an external label',
    rule: { annotations: { summary: '{{ $externalLabels.cluster }}' } },
    is: ['annotations.summary «$externalLabels.cluster»: there are no external labels'],
  },
  {
    name: 'one of what absent names',
    rule: { expr: 'absent(up{job="redis"})', annotations: { summary: '{{ $labels.job }} {{ $labels.instance }}' } },
    is: ['annotations.summary «$labels.instance»: the result has no label "instance" (it carries job)'],
  },
];

describe('labels in a template', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(templateLabels, rule)).toEqual(is);
  });
});
