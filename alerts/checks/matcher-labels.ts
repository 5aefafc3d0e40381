import { type Check, inQuery } from './check.ts';

/** A matcher on a label that the series cannot carry: `=` matches nothing then, and `!=` everything. */
export const matcherLabels: Check = {
  name: 'promql/series_labels',
  problems: ({ query }, { known }) =>
    query.selectors.flatMap(({ name, matchers }) => {
      const series = name === undefined ? undefined : known(name);
      if (!series) return [];
      return matchers
        .filter(({ label }) => label !== '__name__' && !series.labels.includes(label))
        .map((matcher) =>
          inQuery(`"${name}" has no label "${matcher.label}"`, matcher, `it has ${series.labels.join(', ')}`),
        );
    }),
};
