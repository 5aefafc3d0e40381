import { type Check, inQuery } from './check.ts';
import { inner, selectorOf } from './query.ts';

const ofCounters = ['rate', 'irate', 'increase', 'resets'];
const ofGauges = ['delta', 'idelta', 'deriv', 'predict_linear'];

/** A rate of what does not grow, or a slope of what does nothing else. */
export const rate: Check = {
  name: 'promql/rate',
  problems: ({ query }, { known }) =>
    query.calls.flatMap(({ function: name, args }) => {
      const [first] = args;
      if (!first || ![...ofCounters, ...ofGauges].includes(name)) return [];
      const about = inner(first);
      if (about.name !== 'VectorSelector') {
        if (!ofCounters.includes(name)) return [];
        const hint = `take the ${name} first and add up then: what begins anew in a sum cannot be seen`;
        return about.name === 'AggregateExpr' ? [inQuery(`the ${name} of a sum of counters`, first, hint)] : [];
      }
      const selector = selectorOf(about, query.text);
      const type = selector.name === undefined ? undefined : known(selector.name)?.type;
      const span = { from: about.from, to: about.from + (selector.name?.length ?? 1) };
      if (type === 'gauge' && ofCounters.includes(name)) {
        const hint = 'for a gauge there are delta, deriv and the functions named _over_time';
        return [inQuery(`${name} of "${selector.name}", which is a gauge`, span, hint)];
      }
      if (type === 'counter' && ofGauges.includes(name)) {
        return [inQuery(`${name} of "${selector.name}", which is a counter`, span, 'ask for its rate or increase')];
      }
      return [];
    }),
};
