import { parseDuration } from '../../stack/duration.ts';
import type { Check } from './check.ts';

/** Prometheus takes a series without a sample in five minutes for gone. */
const staleMs = 300_000;

/** A group evaluated so rarely that what it records is gone in between. */
export const groupInterval: Check = {
  name: 'group/interval',
  problems: ({ group }) => {
    if (group.interval === undefined) return [];
    const ms = parseDuration(group.interval);
    const at = ['group', 'interval'];
    if (ms === undefined || ms === 0) {
      return [{ message: `found ${JSON.stringify(group.interval)}, expected a duration`, hint: 'such as 30s', at }];
    }
    if (ms <= staleMs) return [];
    return [{ message: `evaluated every ${group.interval}: series are gone after 5m`, hint: '5m or less', at }];
  },
};
