import { type Check, inQuery } from './check.ts';

const unsteady = ['topk', 'bottomk', 'limitk', 'limit_ratio'];

/** Which series come out changes from one evaluation to the next, and each that leaves takes its `for` with it. */
export const fragile: Check = {
  name: 'promql/fragile',
  problems: ({ kind, query }) =>
    kind !== 'alert'
      ? []
      : query.aggregations
          .filter(({ operator }) => unsteady.includes(operator))
          .map(({ operator, from }) => {
            const hint = 'compare with a limit instead; say which are the worst in an annotation';
            return inQuery(
              `${operator} in an alert: what it holds changes all the time`,
              { from, to: from + operator.length },
              hint,
            );
          }),
};
