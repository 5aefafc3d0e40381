import { closeSync, openSync } from 'node:fs';
import { devNull } from 'node:os';
import { sayDuration } from '../../stack/duration.ts';
import { isPrivateHost } from '../../stack/private-host.ts';
import type { FailReason, Reason } from '../../stack/reasons.ts';
import type { Outcome, PlannedProbe } from '../model.ts';
import { codeOf } from '../net/failure.ts';
import type { OwnWork } from '../schedule/own-work.ts';
import type { EventLoopWatch } from './event-loop.ts';
import type { References } from './references.ts';

/** A fail that may come of time that we did not use. A wrong status does not. */
const ofTime: ReadonlySet<Reason> = new Set<FailReason>([
  'dns_failed',
  'connect_timeout',
  'connect_reset',
  'tls_timeout',
  'tls_handshake',
  'response_timeout',
  'response_closed',
  'body_timeout',
  'no_reply',
  'slow',
]);

/** A fail that a dead uplink looks like. A refusal, a status, an answer by TLS and an unknown name were said by somebody. */
const ofNetwork: ReadonlySet<Reason> = new Set<FailReason>([
  'dns_failed',
  'connect_timeout',
  'connect_unreachable',
  'tls_timeout',
  'response_timeout',
  'body_timeout',
  'no_reply',
]);

/** So much of an attempt's time must have been lost to a stall before that is why it failed. */
const stalledShare = 0.2;
const stalledMs = 100;

export interface JudgeOptions {
  readonly loop: EventLoopWatch;
  readonly references: References;
  /** When the attempt's own handlers used the processor. */
  readonly work?: OwnWork;
}

/**
 * The outcome of a failed attempt, or an inconclusive one where our own trouble can be why it failed: the event loop stood
 * still in that very time, and not because of the attempt's own handlers; no descriptor is left; or, where the user named
 * references, none of them answers.
 * @param fromMs when the attempt began, on the clock of the event loop's watch
 */
export async function judge(
  probe: PlannedProbe,
  outcome: Outcome,
  fromMs: number,
  toMs: number,
  { loop, references, work }: JudgeOptions,
): Promise<Outcome> {
  if (outcome.verdict !== 'fail') return outcome;
  if (ofTime.has(outcome.reason)) {
    const lostMs = loop.stalledMs(fromMs, toMs, work);
    if (lostMs >= Math.max(stalledMs, (toMs - fromMs) * stalledShare)) {
      return inconclusive(outcome, 'event_loop', `${sayDuration(lostMs)} lost of ${sayDuration(toMs - fromMs)}`);
    }
  }
  if (isWithoutDescriptors()) return inconclusive(outcome, 'descriptors', 'no file descriptor left in the prober');
  if (ofNetwork.has(outcome.reason) && references.named && isFarAway(probe, outcome) && !(await references.answer())) {
    return inconclusive(outcome, 'uplink', 'none of the references answers');
  }
  return outcome;
}

function inconclusive(outcome: Outcome, reason: Reason, found: string): Outcome {
  const said = `would have failed (${outcome.reason}: ${outcome.found}), but: ${found}`.slice(0, 160);
  const steps = [...outcome.steps, { atMs: outcome.durationMs, text: said }];
  return { ...outcome, verdict: 'inconclusive', reason, found, expected: '', steps };
}

function isWithoutDescriptors(): boolean {
  try {
    closeSync(openSync(devNull, 'r'));
    return false;
  } catch (error) {
    return codeOf(error) === 'EMFILE' || codeOf(error) === 'ENFILE';
  }
}

/**
 * The host at which the attempt failed lies beyond the uplink: neither its name nor any of its addresses is of the own network.
 * Where the attempt did not come to dial, it is judged by what it would have dialled.
 */
function isFarAway({ endpoints }: PlannedProbe, { dialled }: Outcome): boolean {
  const hosts = dialled ? [dialled.host, ...dialled.addresses] : endpoints.map(({ host }) => host);
  return hosts.length > 0 && !hosts.some(isPrivateHost);
}
