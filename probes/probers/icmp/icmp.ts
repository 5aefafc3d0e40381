import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import type { Address, Run } from '../../model.ts';
import { addressesOf } from '../../net/dial.ts';
import { Failure } from '../../net/failure.ts';
import { masksFor } from '../mask.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { icmpOptions, icmpValue } from './options.ts';
import { type Pinged, ping, type Reply, type RoundTrips, refusalIn, repliesIn, roundTripsIn } from './ping.ts';

type Options = z.output<typeof icmpOptions>;

const expected = 'a reply to the echo requests';

export const icmp = {
  kind: 'icmp' as const,
  describe: "Sends echo requests by the system's `ping`, and judges how many are answered and how soon.",
  value: icmpValue,
  options: icmpOptions,
  metrics: [
    'probe_ip_protocol',
    'probe_dns_lookup_time_seconds',
    'probe_icmp_duration_seconds',
    'probe_icmp_reply_hop_limit',
    'watchpost_probe_icmp_loss_ratio',
  ],
  target: (host) => host,
  // ICMP has no ports.
  endpoints: (host) => [{ host, port: 0 }],
  misfits: (_host, { count, expect }) =>
    expect.replies > count
      ? [
          {
            path: ['expect', 'replies'],
            message: `${expect.replies} replies are expected of ${count} ${count === 1 ? 'request' : 'requests'}`,
            hint: `write count: ${expect.replies}, or fewer replies`,
          },
        ]
      : [],
  async probe(host, options, run) {
    const recorder = new Recorder(masksFor([], run, options));
    try {
      const addresses = await addressesOf(host, options.ip, expected, run, recorder);
      await askInTurn(addresses, options, run, recorder).catch((error: unknown) => {
        // It may live elsewhere by now: the check that follows a fail asks again.
        run.resolve.forget?.(host);
        throw error;
      });
      return withResolve(recorder).pass();
    } catch (error) {
      return withResolve(recorder).failed(error);
    }
  },
} satisfies Prober<typeof icmpValue, typeof icmpOptions>;

function withResolve(recorder: Recorder): Recorder {
  const resolveMs = recorder.phases.get('resolve');
  if (resolveMs !== undefined) {
    recorder.sample('probe_dns_lookup_time_seconds', resolveMs / 1_000);
    recorder.sample('probe_icmp_duration_seconds', resolveMs / 1_000, { phase: 'resolve' });
  }
  return recorder;
}

/** One address after another until one answers, each with its share of the time that is left. */
async function askInTurn(addresses: readonly Address[], options: Options, run: Run, recorder: Recorder): Promise<void> {
  for (const [i, address] of addresses.entries()) {
    const isLast = i + 1 === addresses.length;
    const budgetMs = Math.max(0, run.timeoutMs - recorder.elapsedMs()) / (addresses.length - i);
    if (run.signal.aborted) throw noReply(address.address, run.timeoutMs);
    const { count, size, ttl } = options;
    recorder.step(`ping ${address.address}: ${count} ${count === 1 ? 'request' : 'requests'} of ${size} bytes`);
    const pinged = await ping({ address, count, size, ttl }, budgetMs, run.signal);
    const replies = repliesIn(pinged.output);
    for (const { sequence, rttMs, ttl: left } of replies) {
      recorder.step(
        `reply ${sequence}${rttMs === undefined ? ', truncated' : ` after ${rttMs} ms`}, hop limit ${left}`,
      );
    }
    if (replies.length === 0) {
      const failure = failureOf(pinged, address.address, options, isLast ? run.timeoutMs : budgetMs);
      if (isLast || failure.reason === 'not_permitted') {
        if (failure.reason === 'no_reply' || failure.reason === 'connect_unreachable') report([], count, recorder);
        throw failure;
      }
      recorder.step(failure.found);
      continue;
    }
    recorder.sample('probe_ip_protocol', address.family);
    const roundTrips = roundTripsIn(pinged.output, replies);
    report(replies, count, recorder, roundTrips);
    return judge(replies, roundTrips, address.address, options);
  }
}

function report(replies: readonly Reply[], count: number, recorder: Recorder, roundTrips?: RoundTrips): void {
  recorder.sample('watchpost_probe_icmp_loss_ratio', 1 - replies.length / count);
  const last = replies.at(-1);
  if (!last) return;
  if (roundTrips) recorder.sample('probe_icmp_duration_seconds', roundTrips.meanMs / 1_000, { phase: 'rtt' });
  recorder.sample('probe_icmp_reply_hop_limit', last.ttl);
  recorder.trait('hop limit', String(last.ttl));
}

function judge(
  replies: readonly Reply[],
  roundTrips: RoundTrips | undefined,
  address: string,
  { count, expect }: Options,
): void {
  if (replies.length < expect.replies) {
    const words = (replied: number) => `${replied} of ${count} requests answered`;
    throw new Failure('no_reply', `${words(replies.length)} by ${address}`, `at least ${words(expect.replies)}`);
  }
  if (expect.within === undefined || (roundTrips && roundTrips.slowestMs <= expect.within)) return;
  const found = roundTrips ? `a reply after ${sayDuration(roundTrips.slowestMs)}` : 'replies without a time';
  throw new Failure('slow', found, `replies within ${sayDuration(expect.within)}`);
}

function noReply(address: string, limitMs: number): Failure {
  return new Failure('no_reply', `no reply from ${address} in ${sayDuration(Math.round(limitMs))}`, expected);
}

const notAllowed =
  'a ping without permission: allow its group in net.ipv4.ping_group_range (in Docker by --sysctl), or give it cap_net_raw';

/** What a `ping` without any reply says: of the target, of the way to it, or of itself. */
function failureOf(pinged: Pinged, address: string, options: Options, limitMs: number): Failure {
  const { exitCode, startError, output, errors } = pinged;
  const failure = (reason: Failure['reason'], found: string) => new Failure(reason, found, expected);
  if (startError !== undefined) return startFailure(startError);
  if (/Operation not permitted|Permission denied|cap_net_raw/i.test(errors))
    return failure('not_permitted', notAllowed);
  const refusal = refusalIn(output);
  if (refusal !== undefined) return failure('connect_unreachable', refusal);
  const unreachable = /(Network is unreachable|No route to host|Host is down)/i.exec(errors)?.[1];
  if (unreachable !== undefined) return failure('connect_unreachable', `${address}: ${unreachable.toLowerCase()}`);
  if (/Message too long/i.test(errors + output)) {
    return failure('connect_unreachable', `requests of ${options.size} bytes are too large for the way to ${address}`);
  }
  if (/Too many open files/i.test(errors)) return failure('descriptors', 'no file descriptor left in the prober');
  // 1: nobody replied. Null: we ended it. Anything else says that it did not even ask.
  if (exitCode === null || exitCode === 1) return noReply(address, limitMs);
  const said = errors.trim().split('\n').at(-1) || output.trim().split('\n').at(-1) || 'nothing';
  return failure('internal', `a ping that ended with ${exitCode} and said: ${said}`);
}

function startFailure(code: string): Failure {
  switch (code) {
    case 'ENOENT':
      return new Failure('not_permitted', 'no program ping: install iputils-ping', expected);
    case 'EACCES':
    case 'EPERM':
      // With no new privileges the kernel does not start a program that has a capability we do not have.
      return new Failure(
        'not_permitted',
        'a ping that may not be started: remove its capability by setcap -r',
        expected,
      );
    case 'EMFILE':
    case 'ENFILE':
      return new Failure('descriptors', 'no file descriptor left in the prober', expected);
    default:
      return new Failure('internal', `a ping that does not start (${code})`, expected);
  }
}
