import { connect as connectTcp, type Socket } from 'node:net';
import { sayDuration } from '../../stack/duration.ts';
import type { Address, Run } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import { codeOf, Failure } from './failure.ts';
import { formatHostPort, type HostPort } from './host-port.ts';

export interface Dialled {
  readonly socket: Socket;
  readonly address: Address;
  readonly resolveMs: number;
  readonly connectMs: number;
}

/**
 * Resolves and connects. Every address is tried in turn under its own share of the time that is left, so that a dead one
 * does not use up that of a good one, and a slow good one is not cut off after 250 ms as Node's own `autoSelectFamily` does.
 * The caller destroys the socket. Throws a `Failure` that names the last address.
 * @param expected what should have been there, as in `an open port`
 */
export async function dial(
  target: HostPort,
  family: 4 | 6 | 'any',
  expected: string,
  run: Run,
  recorder: Recorder,
): Promise<Dialled> {
  const resolveStart = recorder.elapsedMs();
  const addresses = await resolve(target, family, expected, run);
  const resolveMs = recorder.elapsedMs() - resolveStart;
  recorder.step(`${target.host} resolved to ${addresses.map(({ address }) => address).join(', ')}`);

  const connectStart = recorder.elapsedMs();
  let last: Failure | undefined;
  for (const [i, address] of addresses.entries()) {
    const where = formatHostPort(address.address, target.port);
    const budgetMs = Math.max(0, run.timeoutMs - recorder.elapsedMs()) / (addresses.length - i);
    try {
      const socket = await open(address, target.port, where, budgetMs, expected, run.signal);
      recorder.step(`connected to ${where}`);
      return { socket, address, resolveMs, connectMs: recorder.elapsedMs() - connectStart };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      recorder.step(error.found);
      last = error;
      if (run.signal.aborted || error.reason === 'descriptors') break;
    }
  }
  throw last ?? new Failure('dns_not_found', `no address for ${target.host}`, expected);
}

async function resolve(
  target: HostPort,
  family: 4 | 6 | 'any',
  expected: string,
  run: Run,
): Promise<readonly Address[]> {
  try {
    return await run.resolve(target.host, family, run.signal);
  } catch (error) {
    const code = codeOf(error);
    if (run.signal.aborted) {
      throw new Failure(
        'dns_failed',
        `no answer to the question for ${target.host} in ${sayDuration(run.timeoutMs)}`,
        expected,
      );
    }
    if (code === 'ENOTFOUND' || code === 'ENODATA') {
      throw new Failure('dns_not_found', `the name ${target.host} does not resolve`, expected, { cause: error });
    }
    if (code === 'EMFILE' || code === 'ENFILE') {
      throw new Failure('descriptors', 'no file descriptor left in the prober', expected, { cause: error });
    }
    // A stopped container's name ends here as well (EAI_AGAIN), where Docker's DNS has nobody to ask further.
    throw new Failure('dns_failed', `resolving ${target.host} failed (${code || 'unknown error'})`, expected, {
      cause: error,
    });
  }
}

function open(
  { address, family }: Address,
  port: number,
  where: string,
  budgetMs: number,
  expected: string,
  signal: AbortSignal,
): Promise<Socket> {
  const { promise, resolve: done, reject } = Promise.withResolvers<Socket>();
  const socket = connectTcp({ host: address, port, family });
  const silent = () => give('connect_timeout', `no answer from ${where} in ${sayDuration(budgetMs)}`);
  const timer = setTimeout(silent, budgetMs);
  const give = (reason: Failure['reason'], found: string, cause?: unknown) => {
    socket.destroy();
    reject(new Failure(reason, found, expected, { cause }));
  };
  signal.addEventListener('abort', silent, { once: true });
  socket.once('connect', () => done(socket));
  socket.once('error', (error) => {
    const code = codeOf(error);
    if (code === 'ECONNREFUSED') give('connect_refused', `connection refused by ${where}`, error);
    else if (code === 'ECONNRESET') give('connect_reset', `connection reset by ${where}`, error);
    else if (code === 'ETIMEDOUT') give('connect_timeout', `no answer from ${where}`, error);
    else if (code === 'EMFILE' || code === 'ENFILE')
      give('descriptors', 'no file descriptor left in the prober', error);
    else give('connect_unreachable', `${where} cannot be reached (${code || error.message})`, error);
  });
  // Later errors of an open socket belong to who uses it; without a listener they would end the process.
  socket.on('error', () => {});
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener('abort', silent);
  });
}
