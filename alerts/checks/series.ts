import { type Check, inQuery } from './check.ts';
import { nearestName } from './nearest-name.ts';

/** A metric that does not exist. */
export const series: Check = {
  name: 'promql/series',
  problems: ({ query }, { known, mayBeUnknown, names }) =>
    query.selectors.flatMap(({ name, from }) => {
      if (name === undefined || known(name) || mayBeUnknown(name)) return [];
      const near = nearestName(name, names);
      const hint = near === undefined ? undefined : `did you mean "${near}"?`;
      return [inQuery(`nothing exports the metric "${name}"`, { from, to: from + name.length }, hint)];
    }),
};
