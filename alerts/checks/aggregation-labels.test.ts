import { describe, expect, test } from 'vitest';
import { aggregationLabels } from './aggregation-labels.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'labels that are there', rule: { expr: 'sum by (datname, service) (pg_stat_activity_count) > 1' }, is: [] },
  {
    name: 'a label that is not',
    rule: { expr: 'sum by (datname, table) (pg_stat_activity_count) > 1' },
    is: ['expr «table»: sum by "table", a label that is not in what it aggregates'],
  },
  {
    name: 'without a label that is not',
    rule: { expr: 'max without (cpu) (redis_up) == 0' },
    is: ['expr «cpu»: max without "cpu", a label that is not in what it aggregates'],
  },
  {
    name: 'one that was aggregated away below',
    rule: { expr: 'max by (instance) (sum by (service) (redis_up)) > 1' },
    is: ['expr «instance»: max by "instance", a label that is not in what it aggregates'],
  },
  { name: 'a metric that is not known', rule: { expr: 'sum by (a) (shop_orders) > 1' }, is: [] },
  {
    name: 'one that label_replace adds',
    rule: { expr: 'sum by (host) (label_replace(redis_up, "host", "$1", "instance", "(.*):.*")) > 1' },
    is: [],
  },
  {
    name: 'one that group_left brings',
    rule: { expr: 'sum by (role) (redis_up * on (instance) group_left (role) redis_instance_info) > 1' },
    is: [],
  },
];

describe('an aggregation by what is not there', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(aggregationLabels, rule)).toEqual(is);
  });
});
