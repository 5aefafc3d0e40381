import { type Check, inQuery } from './check.ts';
import { labelsOf } from './labels-of.ts';

/** `by` or `without` a label that what is aggregated cannot carry: a group is missing, or nothing is left out. */
export const aggregationLabels: Check = {
  name: 'promql/aggregate',
  problems: ({ query }, { known }) =>
    query.aggregations.flatMap(({ labels, modifier, args, operator }) => {
      const operand = args.at(-1);
      const carried = operand ? labelsOf(operand, query.text, known) : 'any';
      if (carried === 'any' || carried === 'scalar') return [];
      return labels
        .filter((label) => !carried.has(label.text))
        .map((label) =>
          inQuery(`${operator} ${modifier} "${label.text}", a label that is not in what it aggregates`, label),
        );
    }),
};
