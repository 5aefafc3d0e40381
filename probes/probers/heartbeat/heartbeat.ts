import { formatDuration, sayDuration } from '../../../stack/duration.ts';
import type { Beat } from '../../model.ts';
import { Failure } from '../../net/failure.ts';
import type { Misfit, Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { heartbeatOptions, heartbeatValue } from './options.ts';

/**
 * Judges what a job has reported. It is missed once the last success, or the moment from which the first is awaited, lies
 * further back than interval and grace; nothing but a success ends that. The clock of a job runs on while this service is
 * off: a report that could not be delivered is one that did not arrive.
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
    'probe_heartbeat_job_duration_seconds',
  ],
  awaitsBeats: true,
  tokenFile: ({ token_file }) => token_file,
  atOnePlace: true,
  awaitsMs: ({ every, grace }) => every + grace,
  target: ({ every }) => `every ${formatDuration(every)}`,
  endpoints: () => [],
  misfits: ({ every, grace }): readonly Misfit[] =>
    grace > every
      ? [
          {
            path: ['heartbeat', 'grace'],
            message: 'a grace longer than the interval hides a missed beat',
            hint: 'make it shorter, or the interval longer',
          },
        ]
      : [],
  async probe({ every, grace }, { expect }, { memory, now }) {
    const recorder = new Recorder();
    const { awaitedSince, started, success, failure, last } = memory.beats();
    const at = now();
    const wanted = `a success every ${sayDuration(every)}`;
    const ago = (time: number) => `${sayDuration(Math.max(0, at - time))} ago`;
    recorder.sample('probe_heartbeat_expected_interval_seconds', every / 1_000);
    recorder.sample('watchpost_probe_heartbeat_grace_seconds', grace / 1_000);
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
      if (at - (success?.at ?? awaitedSince) > every + grace) {
        const found = success ? `the last success ${ago(success.at)}` : `no success since ${ago(awaitedSince)}`;
        throw new Failure('beat_missed', found, wanted);
      }
      if (started && at - started.at > every + grace) {
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
