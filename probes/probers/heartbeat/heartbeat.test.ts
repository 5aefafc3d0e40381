import { describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Beats } from '../../model.ts';
import { attempt, emptyMemory, judgement } from '../attempt-for-test.ts';
import { heartbeat } from './heartbeat.ts';

const hour = 3_600_000;
const at = Date.UTC(2026, 10, 23, 6);
const ago = (hours: number) => at - hours * hour;
const daily = { every: '24h', grace: '2h' };

/** 03:00 there was four hours ago, on a Monday. */
const weekdays = { cron: '0 3 * * 1-5', timezone: 'Europe/Berlin', grace: '1h' };
const friday = Date.UTC(2026, 10, 20, 2, 30);
const forMonday = 'expected a success for 2026-11-23 03:00 (cron 0 3 * * 1-5 Europe/Berlin)';

const cases: readonly {
  readonly name: string;
  readonly value?: z.input<typeof heartbeat.value>;
  readonly beats: Beats;
  readonly within?: string;
  readonly is: string;
}[] = [
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
  {
    name: 'by cron, the success of the last time has come',
    value: weekdays,
    beats: { awaitedSince: 0, success: { at: ago(3.5) }, last: 'success' },
    is: 'pass',
  },
  {
    name: 'by cron, the success of the last time has not come',
    value: weekdays,
    beats: { awaitedSince: 0, success: { at: friday }, last: 'success' },
    is: `fail beat_missed: found the last success 3 d 3 h ago, ${forMonday}`,
  },
  {
    name: 'by cron, within the grace it may still come',
    value: { ...weekdays, grace: '5h' },
    beats: { awaitedSince: 0, success: { at: friday }, last: 'success' },
    is: 'pass',
  },
  {
    name: 'by cron, the first success is awaited from the next time on',
    value: weekdays,
    beats: { awaitedSince: ago(3) },
    is: 'pass',
  },
  {
    name: 'by cron, the first success has not come',
    value: weekdays,
    beats: { awaitedSince: ago(24) },
    is: `fail beat_missed: found no success since 24 h ago, ${forMonday}`,
  },
  {
    name: 'by cron, a success by hand in between does not stand in for the next time',
    value: weekdays,
    beats: { awaitedSince: 0, success: { at: ago(12) }, last: 'success' },
    is: `fail beat_missed: found the last success 12 h ago, ${forMonday}`,
  },
  {
    name: 'by cron, a failure was reported',
    value: weekdays,
    beats: {
      awaitedSince: 0,
      success: { at: friday },
      failure: { at: ago(4), message: 'exit status 2' },
      last: 'failure',
    },
    is: 'fail beat_failed: found a failure reported 4 h ago: exit status 2, expected a success for each time of cron 0 3 * * 1-5 Europe/Berlin',
  },
];

describe('heartbeat', () => {
  test.each(cases)('$name', async ({ value = daily, beats, within, is }) => {
    const options = within === undefined ? {} : { expect: { within } };
    const outcome = await attempt(heartbeat, value, options, { memory: emptyMemory(beats), now: () => at });
    expect(judgement(outcome)).toBe(is);
  });
});

test.each([
  { name: 'an interval', value: daily, from: ago(25), intervalS: 86_400, deadline: ago(-1) },
  {
    name: 'a schedule, over the weekend',
    value: weekdays,
    from: friday,
    intervalS: 3 * 86_400 - 1_800,
    deadline: Date.UTC(2026, 10, 23, 3),
  },
])('says until when the next success is awaited: $name', async ({ value, from, intervalS, deadline }) => {
  const memory = emptyMemory({ awaitedSince: 0, success: { at: from }, last: 'success' });
  const { samples } = await attempt(heartbeat, value, {}, { memory, now: () => at });
  expect(samples).toContainEqual({ metric: 'probe_heartbeat_expected_interval_seconds', value: intervalS });
  const deadlineMetric = 'watchpost_probe_heartbeat_deadline_timestamp_seconds';
  expect(samples).toContainEqual({ metric: deadlineMetric, value: deadline / 1_000 });
});
