import { type Check, inQuery } from './check.ts';

/** Behind `--enable-feature=promql-experimental-functions` or newer than the oldest Prometheus that must read the rules, 3.5. */
const experimental = new Set([
  'double_exponential_smoothing',
  'info',
  'limit_ratio',
  'limitk',
  'mad_over_time',
  'sort_by_label',
  'sort_by_label_desc',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
  'first_over_time',
  'histogram_quantiles',
]);

/** What Prometheus takes only with a flag that it is not started with. */
export const features: Check = {
  name: 'promql/features',
  problems: ({ query }) =>
    [
      ...query.calls.map((call) => ({ name: call.function, from: call.from })),
      ...query.aggregations.map(({ operator, from }) => ({ name: operator, from })),
    ]
      .filter(({ name }) => experimental.has(name))
      .map(({ name, from }) =>
        inQuery(`${name} is experimental: Prometheus is not started with it`, { from, to: from + name.length }),
      ),
};
