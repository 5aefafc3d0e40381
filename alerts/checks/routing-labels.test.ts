import { describe, expect, test } from 'vitest';
import { routingLabels } from './routing-labels.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: 'both', rule: { labels: { severity: 'critical', team: 'ops' } }, is: [] },
  {
    name: 'none, and the series carry none',
    rule: { expr: 'sum(up) == 0', labels: {} },
    is: [
      'labels.severity: the label "severity" is missing (severity: critical or warning)',
      'labels.team: the label "team" is missing (team: default is everybody; the teams are those of your services)',
    ],
  },
  { name: 'both from the series', rule: { expr: 'watchpost_probe_down == 1', labels: {} }, is: [] },
  {
    name: 'another severity',
    rule: { labels: { severity: 'page', team: 'ops' } },
    is: ['labels.severity: found the severity "page", expected critical or warning'],
  },
  { name: 'a recording needs none', rule: { kind: 'record' as const, labels: {} }, is: [] },
];

describe('the labels that routes need', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(routingLabels, rule)).toEqual(is);
  });
});
