import type { Check } from './check.ts';
import { labelsOf } from './labels-of.ts';
import { texts } from './templates.ts';

/** `$labels.x` of a label that the result does not carry is an empty text in the page. */
export const templateLabels: Check = {
  name: 'alerts/template_labels',
  problems: (rule, { known }) => {
    const carried = labelsOf(rule.query.root, rule.query.text, known);
    return texts(rule).flatMap(({ at, text }) =>
      [...text.matchAll(/\$labels\.(\w+)|\.Labels\.(\w+)|\$externalLabels\.?(\w*)/g)].flatMap((match) => {
        const [whole, dollar, dotted, external] = match;
        const span = { from: match.index, to: match.index + whole.length };
        if (external !== undefined) return [{ message: 'there are no external labels', at, span }];
        const label = dollar ?? dotted ?? '';
        // Inside of a range over the answer of a query it is a label of that.
        if (dotted !== undefined && /\bquery\b/.test(text)) return [];
        if (carried === 'any' || label === 'alertname') return [];
        if (carried !== 'scalar' && carried.has(label)) return [];
        const hint =
          carried === 'scalar' || carried.size === 0
            ? 'it carries none'
            : `it carries ${[...carried].sort().join(', ')}`;
        return [{ message: `the result has no label "${label}"`, hint, at, span }];
      }),
    );
  },
};
