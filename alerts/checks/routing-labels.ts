import { severities } from '../../stack/labels.ts';
import type { Check } from './check.ts';
import { labelsOf } from './labels-of.ts';

/** Routes ask for these two: without `severity` nobody is paged at once, without `team` not the right ones. */
export const routingLabels: Check = {
  name: 'rule/label',
  problems: ({ kind, labels, query }, { known }) => {
    if (kind !== 'alert') return [];
    const carried = labelsOf(query.root, query.text, known);
    const fromSeries = (label: string) => carried !== 'any' && carried !== 'scalar' && carried.has(label);
    const { severity } = labels;
    const allowed = [...severities, 'none'];
    const at = ['labels', 'severity'];
    return [
      ...(severity === undefined && !fromSeries('severity')
        ? [{ message: 'the label "severity" is missing', hint: `severity: ${severities.join(' or ')}`, at }]
        : []),
      ...(severity !== undefined && !allowed.includes(severity) && !severity.includes('{{')
        ? [{ message: `found the severity "${severity}", expected ${severities.join(' or ')}`, at }]
        : []),
      ...(labels.team === undefined && !fromSeries('team')
        ? [
            {
              message: 'the label "team" is missing',
              hint: 'team: default is everybody; the teams are those of your services',
              at: ['labels', 'team'],
            },
          ]
        : []),
    ];
  },
};
