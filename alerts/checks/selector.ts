import { type Check, inQuery } from './check.ts';

/** A selector that names no metric: it may be any of them, and there are thousands. */
export const selector: Check = {
  name: 'promql/selector',
  problems: ({ query }) =>
    query.selectors
      .filter(({ name }) => name === undefined || name === '')
      .map((piece) => inQuery('the selector names no metric', piece, 'begin with a name: up{…}')),
};
