import { describe, expect, test } from 'vitest';
import { templateSyntax } from './template-syntax.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'one that can',
    rule: { annotations: { summary: '{{ range $i, $v := query "up" }}{{ if $i }}, {{ end }}{{ $v.Value }}{{ end }}' } },
    is: [],
  },
  {
    name: 'a brace too few',
    rule: { annotations: { summary: '{{ $value }' } },
    is: ['annotations.summary: a template whose braces do not pair'],
  },
  {
    name: 'an end too few',
    rule: { annotations: { summary: '{{ if $value }}x' } },
    is: ['annotations.summary: {{ end }} is missing'],
  },
  {
    name: 'an end too many',
    rule: { labels: { x: 'x{{ end }}' } },
    is: ['labels.x «{{ end }}»: {{ end }} of nothing'],
  },
  {
    name: 'a variable that is not there',
    rule: { annotations: { summary: '{{ $label.job }}' } },
    is: ['annotations.summary «{{ $label.job }}»: there is no $label (there are $labels, $value and $externalURL)'],
  },
  {
    name: 'nothing',
    rule: { annotations: { summary: '{{ }}' } },
    is: ['annotations.summary «{{ }}»: an empty template'],
  },
];

describe('a template that cannot be expanded', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(templateSyntax, rule)).toEqual(is);
  });
});
