import { formatDuration } from '../../stack/duration.ts';
import { type Check, inQuery } from './check.ts';
import { durationOf } from './query.ts';

/** How many scrapes a range must hold: two are needed, one may fail, and the ends of a range cut off one more. */
const scrapes = 4;

/** A rate over so few samples that one failed scrape leaves none. */
export const rangeTooShort: Check = {
  name: 'promql/rate_range',
  problems: ({ query }, { scrapeIntervalMs }) =>
    query.calls.flatMap(({ function: name, args }) => {
      const [first] = args;
      if (!first || !['rate', 'irate', 'increase', 'delta', 'deriv'].includes(name)) return [];
      const duration = first.name === 'MatrixSelector' ? first.getChild('DurationExpr') : null;
      const ms = durationOf(duration, query.text);
      if (!duration || ms === undefined || ms >= scrapes * scrapeIntervalMs) return [];
      const least = formatDuration(scrapes * scrapeIntervalMs);
      const message = `${name} over ${formatDuration(ms)}, where a scrape comes every ${formatDuration(scrapeIntervalMs)}`;
      return [inQuery(message, duration, `at least ${least}`)];
    }),
};
