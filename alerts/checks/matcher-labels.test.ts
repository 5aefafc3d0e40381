import { describe, expect, test } from 'vitest';
import { matcherLabels } from './matcher-labels.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  {
    name: 'labels of the series and of the scrape',
    rule: { expr: 'redis_up{job="redis",service="cache",instance=~"a.*"} == 0' },
    is: [],
  },
  {
    name: 'a label of another exporter',
    rule: { expr: 'node_filesystem_avail_bytes{mount="/"} < 1' },
    is: [
      'expr «mount="/"»: "node_filesystem_avail_bytes" has no label "mount" (it has job, instance, service, team, device, device_error, fstype, mountpoint)',
    ],
  },
  { name: 'a metric that is not known', rule: { expr: 'shop_orders{a="b"} > 1' }, is: [] },
];

describe('a matcher on a label that a series has not', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(matcherLabels, rule)).toEqual(is);
  });
});
