import { type Check, inQuery } from './check.ts';

/** The query is no PromQL. */
export const syntax: Check = {
  name: 'promql/syntax',
  problems: ({ query }) => {
    const [first] = query.faults;
    if (query.text.trim() === '') return [inQuery('the query is empty', { from: 0, to: 1 })];
    if (!first) return [];
    const around = query.text.slice(Math.max(0, first.from - 10), first.to + 10).trim();
    return [inQuery(`the query is no PromQL near ${JSON.stringify(around)}`, first)];
  },
};
