import { formatDuration, parseDuration } from '../../stack/duration.ts';
import { type Check, inQuery } from './check.ts';

/** `absent` without a wait: after a restart of Prometheus nothing is there until the first scrape. */
export const absentFor: Check = {
  name: 'alerts/absent',
  problems: ({ kind, query, for: wait }, { scrapeIntervalMs }) => {
    const waitMs = wait === undefined ? 0 : (parseDuration(wait) ?? 0);
    const least = 2 * scrapeIntervalMs;
    if (kind !== 'alert' || waitMs >= least) return [];
    return query.calls
      .filter(({ function: name }) => name === 'absent')
      .map((call) => {
        const span = { from: call.from, to: call.from + call.function.length };
        const hint = `for: ${formatDuration(least)} or more`;
        return inQuery('absent is true for a moment after each restart of Prometheus', span, hint);
      });
  },
};
