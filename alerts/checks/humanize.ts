import type { Check } from './check.ts';
import { actions, texts } from './templates.ts';

/** Functions of PromQL after which a value has more digits than anybody reads. */
const fractions =
  /\b(?:rate|irate|increase|deriv|predict_linear|avg|avg_over_time|quantile|quantile_over_time|histogram_quantile|time)\s*(?:by|without)?\s*\(|\//;

/** A value as a float has it, 0.30000000000000004, in a page. */
export const humanize: Check = {
  name: 'alerts/template_humanize',
  problems: (rule) =>
    !fractions.test(rule.query.text)
      ? []
      : texts(rule)
          .filter(({ at }) => at[0] === 'annotations')
          .flatMap(({ at, text }) =>
            actions(text)
              .filter(({ text: action }) => /^(?:\$value|\.Value)$/.test(action))
              .map(({ from, to }) => ({
                message: 'the value as it is has up to seventeen digits',
                hint: 'say it in words: {{ $value | humanize }}, humanizePercentage or humanizeDuration',
                at,
                span: { from, to },
              })),
          ),
};
