import { describe, expect, test } from 'vitest';
import { ownLabels } from './own-labels.ts';
import { type CheckCase, found } from './testing/found.ts';

const cases: readonly CheckCase[] = [
  { name: "one of the user's", rule: { labels: { colour: 'blue' } }, is: [] },
  {
    name: 'the name of the alert',
    rule: { labels: { alertname: 'x' } },
    is: ['labels.alertname: the label "alertname" is Prometheus\'s own'],
  },
  { name: 'no name', rule: { labels: { 'a-b': 'x' } }, is: ['labels.a-b: "a-b" is no name of a label'] },
];

describe('labels that are taken', () => {
  test.each(cases)('$name', ({ rule, is }) => {
    expect(found(ownLabels, rule)).toEqual(is);
  });
});
