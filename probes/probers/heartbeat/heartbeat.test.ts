import { describe, expect, test } from 'vitest';
import type { Beats } from '../../model.ts';
import { attempt, emptyMemory, judgement } from '../attempt-for-test.ts';
import { heartbeat } from './heartbeat.ts';

const hour = 3_600_000;
const at = Date.UTC(2026, 10, 23, 6);
const ago = (hours: number) => at - hours * hour;
const daily = { every: '24h', grace: '2h' };

const cases: readonly { name: string; beats: Beats; within?: string; is: string }[] = [
  { name: 'the first success is still awaited', beats: { awaitedSince: ago(25) }, is: 'pass' },
  {
    name: 'the first success has not come',
    beats: { awaitedSince: ago(27) },
    is: 'fail beat_missed: found no success since 27 h ago, expected a success every 24 h',
  },
  { name: 'the last success is recent', beats: { awaitedSince: 0, success: { at: ago(25) } }, is: 'pass' },
  {
    name: 'the last success is too old',
    beats: { awaitedSince: 0, success: { at: ago(26.1) } },
    is: 'fail beat_missed: found the last success 26 h 6 min ago, expected a success every 24 h',
  },
  {
    name: 'a failure was reported after the last success',
    beats: {
      awaitedSince: 0,
      success: { at: ago(24) },
      failure: { at: ago(1), message: 'disk full', durationMs: 90_000 },
      last: 'failure',
    },
    is: 'fail beat_failed: found a failure reported 60 min ago, after 90 s: disk full, expected a success every 24 h',
  },
  {
    name: 'a success came after the failure',
    beats: { awaitedSince: 0, failure: { at: ago(2) }, success: { at: ago(1) }, last: 'success' },
    is: 'pass',
  },
  {
    name: 'a success came after the failure, though the clock was ahead when that was reported',
    beats: { awaitedSince: 0, failure: { at }, success: { at: ago(1) }, last: 'success' },
    is: 'pass',
  },
  {
    name: 'a failure does not stand in for the success that is missing: every missed beat is seen',
    beats: { awaitedSince: ago(100), success: { at: ago(60) }, failure: { at: ago(80) }, last: 'success' },
    is: 'fail beat_missed: found the last success 2 d 12 h ago, expected a success every 24 h',
  },
  {
    name: 'a run began and did not end',
    beats: { awaitedSince: 0, success: { at: ago(20) }, started: { at: ago(27) } },
    is: 'fail beat_missed: found a run that began 27 h ago and did not end, expected a success every 24 h',
  },
  {
    name: 'the job took too long',
    beats: { awaitedSince: 0, success: { at: ago(1), durationMs: 2 * hour } },
    within: '1h',
    is: 'fail slow: found a run of 2 h, expected a run of at most 60 min',
  },
];

describe('heartbeat', () => {
  test.each(cases)('$name', async ({ beats, within, is }) => {
    const options = within === undefined ? {} : { expect: { within } };
    const outcome = await attempt(heartbeat, daily, options, { memory: emptyMemory(beats), now: () => at });
    expect(judgement(outcome)).toBe(is);
  });
});
