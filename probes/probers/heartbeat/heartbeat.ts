import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import type { Beat } from '../../model.ts';
import { Failure } from '../../net/failure.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { heartbeatOptions, heartbeatValue } from './options.ts';
import { atIntervals, byCron, type Gaps, gapsOf, type Timetable } from './timetable.ts';

type Value = z.output<typeof heartbeatValue>;

/**
 * Judges what a job has reported. It is missed once the last success, or the moment from which the first is awaited, lies
 * further back than interval and grace, or, by `cron`, once the time that followed it and grace are over; nothing but a success
 * ends that. The clock of a job runs on while this service is off: a report that could not be delivered is one that did not
 * arrive.
 */
export const heartbeat = {
  kind: 'heartbeat' as const,
  describe: 'Waits for a job to report that it has succeeded: a nightly backup, a restore drill.',
  value: heartbeatValue,
  options: heartbeatOptions,
  metrics: [
    'probe_heartbeat_last_success_timestamp_seconds',
    'probe_heartbeat_expected_interval_seconds',
    'watchpost_probe_heartbeat_grace_seconds',
    'watchpost_probe_heartbeat_deadline_timestamp_seconds',
    'probe_heartbeat_job_duration_seconds',
  ],
  awaitsBeats: true,
  tokenFile: ({ token_file }) => token_file,
  atOnePlace: true,
  postOnly: ({ post_only }) => post_only,
  awaitsMs: (value) => gaps(value).longestMs + value.grace,
  target: (value) => timetable(value).target,
  endpoints: () => [],
  misfits,
  async probe(value, { expect }, { memory, now }) {
    const recorder = new Recorder();
    const { awaitedSince, started, success, failure, last } = memory.beats();
    const at = now();
    const { grace } = value;
    const { dueAfter, words: wanted, wordsFor } = timetable(value);
    const from = success?.at ?? awaitedSince;
    const due = dueAfter(from);
    const ago = (time: number) => `${sayDuration(Math.max(0, at - time))} ago`;
    recorder.sample('probe_heartbeat_expected_interval_seconds', (due - from) / 1_000);
    recorder.sample('watchpost_probe_heartbeat_grace_seconds', grace / 1_000);
    recorder.sample('watchpost_probe_heartbeat_deadline_timestamp_seconds', (due + grace) / 1_000);
    if (success) {
      recorder.sample('probe_heartbeat_last_success_timestamp_seconds', success.at / 1_000);
      if (success.durationMs !== undefined) {
        recorder.sample('probe_heartbeat_job_duration_seconds', success.durationMs / 1_000);
      }
    }
    if (success) recorder.step(`last success ${ago(success.at)}${words(success)}`);
    if (failure) recorder.step(`last failure ${ago(failure.at)}${words(failure)}`);
    if (started) recorder.step(`a run began ${ago(started.at)}`);
    if (!success) recorder.step('no success yet');
    try {
      if (failure && last === 'failure') {
        throw new Failure('beat_failed', `a failure reported ${ago(failure.at)}${words(failure)}`, wanted);
      }
      if (at > due + grace) {
        const found = success ? `the last success ${ago(success.at)}` : `no success since ${ago(awaitedSince)}`;
        throw new Failure('beat_missed', found, wordsFor(due));
      }
      if (started && at > dueAfter(started.at) + grace) {
        throw new Failure('beat_missed', `a run that began ${ago(started.at)} and did not end`, wanted);
      }
      if (expect.within !== undefined && (success?.durationMs ?? 0) > expect.within) {
        const took = `a run of ${sayDuration(success?.durationMs ?? 0)}`;
        throw new Failure('slow', took, `a run of at most ${sayDuration(expect.within)}`);
      }
      return recorder.pass();
    } catch (error) {
      return recorder.failed(error);
    }
  },
} satisfies Prober<typeof heartbeatValue, typeof heartbeatOptions>;

function words({ message, durationMs }: Beat): string {
  return `${durationMs === undefined ? '' : `, after ${sayDuration(durationMs)}`}${message ? `: ${message}` : ''}`;
}

function timetable({ every = 0, cron, timezone = 'UTC' }: Value): Timetable {
  return cron === undefined ? atIntervals(every) : byCron(cron, timezone);
}

function gaps({ every = 0, cron }: Value): Gaps {
  return cron === undefined ? { shortestMs: every, longestMs: every } : gapsOf(cron);
}

function misfits(value: Value): readonly Misfit[] {
  const { every, cron, timezone, grace } = value;
  const either = 'a job reports at intervals (every: 24h) or by a schedule (cron: "0 3 * * *", timezone): write one';
  const fault = (key: readonly string[], message: string, hint: string) => ({
    path: ['heartbeat', ...key],
    message,
    hint,
  });
  if (every === undefined && cron === undefined) return [fault([], 'found neither "every" nor "cron"', either)];
  if (every !== undefined && cron !== undefined) return [fault(['cron'], 'found "cron" beside "every"', either)];
  const { shortestMs } = gaps(value);
  return [
    ...(timezone !== undefined && cron === undefined
      ? [fault(['timezone'], 'found "timezone" beside "every"', 'an interval goes by no clock: leave it out')]
      : []),
    ...(grace > shortestMs
      ? [
          fault(
            ['grace'],
            cron === undefined
              ? 'a grace longer than the interval hides a missed beat'
              : `a grace longer than ${sayDuration(shortestMs)}, the shortest time between two runs, hides a missed beat`,
            'make it shorter, or the interval longer',
          ),
        ]
      : []),
  ];
}
