import { describe, expect, test } from 'vitest';
import { fragile } from './fragile.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'topk',
    rule: { expr: 'topk(3, redis_connected_clients) > 5' },
    is: [
      'expr «topk»: topk in an alert: what it holds changes all the time (compare with a limit instead; say which are the worst in an annotation)',
    ],
  },
  { name: 'a recording may', rule: { expr: 'topk(3, redis_connected_clients)', kind: 'record' as const }, is: [] },
  { name: 'max', rule: { expr: 'max(redis_connected_clients) > 5' }, is: [] },
];

describe('an alert on what changes all the time', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(fragile, rule)).toEqual(is);
  });
});
