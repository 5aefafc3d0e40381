import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { sayDuration } from '../../stack/duration.ts';
import { reasons } from '../../stack/reasons.ts';
import type { Address, Run } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import { codeOf, Failure } from './failure.ts';
import { formatHostPort, type HostPort } from './host-port.ts';
import { hasIpv6 } from './own-address.ts';
import { pace } from './pace.ts';
import { whenAborted } from './when-aborted.ts';

export interface Dialled {
  readonly socket: Socket;
  readonly address: Address;
}

/**
 * Resolves and connects. Every address is tried in turn under its own share of the time that is left, so that a dead one
 * does not use up that of a good one, and a slow good one is not cut off after 250 ms as Node's own `autoSelectFamily` does.
 * The caller destroys the socket. Throws a `Failure` that names the last address.
 * @param expected what should have been there, as in `an open port`
 */
export function dial(
  target: HostPort,
  family: 4 | 6 | 'any',
  expected: string,
  run: Run,
  recorder: Recorder,
): Promise<Dialled> {
  const literal = asAddress(target.host);
  if (literal) recorder.dialled({ host: target.host, addresses: [] });
  if (literal) return open(literal, target.port, { saidMs: run.timeoutMs }, expected, run, recorder);
  return addressesOf(target.host, family, expected, run, recorder).then((addresses) =>
    dialAddresses(addresses, target, expected, run, recorder),
  );
}

/** The same, for who already has the addresses. */
export async function dialAddresses(
  addresses: readonly Address[],
  target: HostPort,
  expected: string,
  run: Run,
  recorder: Recorder,
): Promise<Dialled> {
  const failures: Failure[] = [];
  for (const [i, address] of addresses.entries()) {
    const left = addresses.length - i;
    const budgetMs = Math.max(0, run.timeoutMs - recorder.elapsedMs()) / left;
    // The last address has all the time that is left, which is the run's own to end.
    const limit = { ...(left > 1 && { ms: budgetMs }), saidMs: addresses.length === 1 ? run.timeoutMs : budgetMs };
    try {
      return await open(address, target.port, limit, expected, run, recorder);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (addresses.length > 1) recorder.step(error.found);
      failures.push(error);
      if (run.signal.aborted || error.reason === 'descriptors') break;
    }
  }
  // It may live elsewhere by now: the check that follows a fail asks again.
  run.resolve.forget?.(target.host);
  throw judged(failures, addresses.length);
}

/** The last failure; one that says something of the target before one that says something of us. */
function judged(failures: readonly Failure[], addresses: number): Failure {
  const failure = failures.findLast(({ reason }) => reasons[reason].verdict === 'fail') ?? failures.at(-1);
  if (!failure) throw new Error('no address was tried');
  if (addresses === 1) return failure;
  return new Failure(
    failure.reason,
    `${failure.found} (tried ${failures.length} of ${addresses} addresses)`,
    failure.expected,
    {
      cause: failure,
    },
  );
}

/** The addresses of a host, for who dials by other means than TCP. At least one; throws a `Failure` that says whose fault it is. */
export async function addressesOf(
  host: string,
  family: 4 | 6 | 'any',
  expected: string,
  run: Run,
  recorder: Recorder,
): Promise<readonly Address[]> {
  // An address needs no resolving, and a phase that did not run is not reported.
  const literal = asAddress(host);
  recorder.dialled({ host, addresses: [] });
  if (literal) return [literal];
  const ask = () => run.resolve(host, family, run.signal);
  try {
    const addresses = await recorder.time('resolve', ask);
    const texts = addresses.map(({ address }) => address);
    recorder.step(`${host} resolved to ${texts.join(', ')}`);
    if (addresses.length > 0) {
      recorder.dialled({ host, addresses: texts });
      // In no order that DNS gives them: that one changes by itself.
      recorder.trait('addresses', texts.toSorted().join(' '));
      return addresses;
    }
  } catch (error) {
    throw resolveFailure(error, host, expected, run);
  }
  throw new Failure('dns_not_found', `no address of ${host}`, expected);
}

function resolveFailure(error: unknown, host: string, expected: string, run: Run): Failure {
  const failure = (reason: Failure['reason'], found: string) => new Failure(reason, found, expected, { cause: error });
  const code = codeOf(error);
  if (code === 'EMFILE' || code === 'ENFILE') return failure('descriptors', noDescriptors);
  if (code === 'EAI_AGAIN') return failure('resolver', `no answer from the prober's own resolver about ${host}`);
  if (run.signal.aborted) return failure('dns_failed', `no address of ${host} in ${sayDuration(run.timeoutMs)}`);
  if (code === 'ENOTFOUND' || code === 'ENODATA') return failure('dns_not_found', `the name ${host} does not resolve`);
  return failure('dns_failed', `resolving ${host} failed (${code || 'unknown error'})`);
}

const noDescriptors = 'no file descriptor left in the prober';

/**
 * Connects to one address, and takes the time where the system tells of it.
 * @param limit.ms where the address has less time than the run
 */
function open(
  address: Address,
  port: number,
  limit: { readonly ms?: number; readonly saidMs: number },
  expected: string,
  run: Run,
  recorder: Recorder,
): Promise<Dialled> {
  const { promise, resolve, reject } = Promise.withResolvers<Dialled>();
  const where = formatHostPort(address.address, port);
  const beganMs = recorder.elapsedMs();
  const socket = connectTcp({ host: address.address, port, family: address.family });
  pace(socket, run);
  const end = (endedMs = recorder.elapsedMs()) => {
    recorder.phase('connect', endedMs - beganMs);
    clearTimeout(timer);
    stopWaiting();
    // A closed socket lives on until the collector's next full turn, and with it whatever still listens to it. Its later errors
    // belong to who uses it; without a listener they would end the process.
    socket.off('connect', connected).off('error', failed).on('error', ignore);
  };
  const give = (reason: Failure['reason'], found: string, cause?: unknown) => {
    end();
    socket.destroy();
    reject(new Failure(reason, found, expected, { cause }));
  };
  const silent = () => give('connect_timeout', `no answer from ${where} in ${sayDuration(limit.saidMs)}`);
  const connected = () => {
    end(recorder.arrivedMs());
    recorder.step(`connected to ${where}`);
    resolve({ socket, address });
  };
  const failed = (error: Error) => {
    const [reason, found] = connectFailure(codeOf(error) || error.message, where);
    give(reason, found, error);
  };
  socket.on('connect', connected).on('error', failed);
  const timer = limit.ms === undefined ? undefined : setTimeout(silent, limit.ms);
  let stopWaiting = () => {};
  stopWaiting = whenAborted(run, silent);
  return promise;
}

function ignore(): void {}

/** A host that needs no resolving. */
function asAddress(host: string): Address | undefined {
  const family = isIP(host);
  return family === 4 || family === 6 ? { address: host, family } : undefined;
}

/**
 * What a code of the system says of an attempt to reach `where`: reason and words. An IPv6 address that this host cannot use is out of its reach and
 * no trouble of the prober's own: a redirect or an answer of DNS may name one.
 * @param where `host:port`, an IPv6 address in brackets
 */
export function connectFailure(
  code: string,
  where: string,
  speaksIpv6: () => boolean = hasIpv6,
): readonly [Failure['reason'], string] {
  if ((code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') && where.startsWith('[') && !speaksIpv6()) {
    return ['connect_unreachable', `${where} cannot be reached: this host has no IPv6 (${code})`];
  }
  switch (code) {
    case 'ECONNREFUSED':
      return ['connect_refused', `connection refused by ${where}`];
    case 'ECONNRESET':
      return ['connect_reset', `connection reset by ${where}`];
    case 'ETIMEDOUT':
      return ['connect_timeout', `no answer from ${where}`];
    case 'EMFILE':
    case 'ENFILE':
      return ['descriptors', noDescriptors];
    // Nothing was sent: this host has no local port, no memory or no such address family left.
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'ENOBUFS':
    case 'ENOMEM':
      return ['internal', `the prober could not open a socket for ${where} (${code})`];
    default:
      return ['connect_unreachable', `${where} cannot be reached (${code})`];
  }
}
