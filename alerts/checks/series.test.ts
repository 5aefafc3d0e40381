import { describe, expect, test } from 'vitest';
import { series } from './series.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'one of an exporter', rule: { expr: 'node_filesystem_avail_bytes < 1' }, is: [] },
  { name: 'one of ours', rule: { expr: 'watchpost_probe_down == 1' }, is: [] },
  {
    name: 'one that was renamed long ago',
    rule: { expr: 'node_filesystem_avail < 1' },
    is: [
      'expr «node_filesystem_avail»: nothing exports the metric "node_filesystem_avail" (did you mean "node_filesystem_avail_bytes"?)',
    ],
  },
  {
    name: 'a misspelt one, twice',
    rule: { expr: 'pg_upp == 0 or absent(pg_upp)' },
    is: [
      'expr «pg_upp»: nothing exports the metric "pg_upp" (did you mean "pg_up"?)',
      'expr «pg_upp»: nothing exports the metric "pg_upp" (did you mean "pg_up"?)',
    ],
  },
  {
    name: 'one like no other',
    rule: { expr: 'shop_orders_total > 1' },
    is: ['expr «shop_orders_total»: nothing exports the metric "shop_orders_total"'],
  },
  {
    name: "one that may be somebody else's",
    rule: { expr: 'shop_orders_total > 1' },
    is: [],
    context: { mayBeUnknown: () => true },
  },
];

describe('a metric that does not exist', () => {
  test.each(cases)('$name', ({ rule, is, context }) => {
    expect(found(series, rule, context)).toEqual(is);
  });
});
