import { parseDuration } from '../../stack/duration.ts';
import type { Check, Problem } from './check.ts';

const dayMs = 86_400_000;

/** A wait that is none, or longer than anybody waits. */
export const wait: Check = {
  name: 'alerts/for',
  problems: ({ kind, for: wait, keepFiringFor }) =>
    kind === 'alert' ? [...waitProblems('for', wait), ...waitProblems('keep_firing_for', keepFiringFor)] : [],
};

function waitProblems(key: 'for' | 'keep_firing_for', text: string | undefined): readonly Problem[] {
  if (text === undefined) return [];
  const ms = parseDuration(text);
  const at = [key];
  if (ms === undefined) {
    return [{ message: `found ${JSON.stringify(text)}, expected a duration`, hint: 'such as 30s, 5m or 1h30m', at }];
  }
  if (ms === 0) return [{ message: `${key}: ${text} is what is anyway`, hint: 'leave it out', at }];
  if (ms > 2 * dayMs) return [{ message: `${key}: ${text} is longer than two days`, at }];
  return [];
}
