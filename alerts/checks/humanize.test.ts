import { describe, expect, test } from 'vitest';
import { humanize } from './humanize.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'of a count',
    rule: { expr: 'redis_connected_clients > 5', annotations: { summary: '{{ $value }}' } },
    is: [],
  },
  {
    name: 'of a ratio',
    rule: {
      expr: 'redis_memory_used_bytes / redis_memory_max_bytes > 0.9',
      annotations: { summary: '{{ $value }} of it' },
    },
    is: [
      'annotations.summary «{{ $value }}»: the value as it is has up to seventeen digits (say it in words: {{ $value | humanize }}, humanizePercentage or humanizeDuration)',
    ],
  },
  {
    name: 'of a ratio, in words',
    rule: {
      expr: 'redis_memory_used_bytes / redis_memory_max_bytes > 0.9',
      annotations: { summary: '{{ $value | humanizePercentage }} of it' },
    },
    is: [],
  },
];

describe('a value with all its digits', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(humanize, rule)).toEqual(is);
  });
});
