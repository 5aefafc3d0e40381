import type { Check } from './check.ts';
import { actions, texts } from './templates.ts';

/** The value in a label: each evaluation is another alert then, and each of them a page. */
export const templateValue: Check = {
  name: 'alerts/template_value',
  problems: (rule) =>
    texts(rule)
      .filter(({ at }) => at[0] === 'labels')
      .flatMap(({ at, text }) =>
        actions(text)
          .filter(({ text: action }) => /\$value\b|\.Value\b/.test(action))
          .map(({ from, to }) => ({
            message: 'the value in a label makes another alert of each evaluation',
            hint: 'put it into an annotation',
            at,
            span: { from, to },
          })),
      ),
};
