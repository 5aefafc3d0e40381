import type { Socket } from 'node:net';
import { sayDuration } from '../../stack/duration.ts';
import type { Reason } from '../../stack/reasons.ts';
import type { Run } from '../model.ts';
import { codeOf, Failure } from './failure.ts';
import { tlsFailure } from './tls-failure.ts';

/** What a peer is being waited for, in words: `an answer to the login`. */
export interface Awaited {
  readonly what: string;
  /** What should have been there, as in every `Failure`. */
  readonly expected: string;
}

/**
 * The work, but no longer than the connection and the time allow: then a `Failure` that says how it ended. What was begun
 * is left behind; the caller destroys the socket.
 */
export async function whileOpen<T>(
  socket: Socket,
  { what, expected }: Awaited,
  run: Run,
  work: Promise<T>,
): Promise<T> {
  const { promise: over, reject } = Promise.withResolvers<never>();
  const give = (reason: Reason, found: string, cause?: unknown) =>
    reject(new Failure(reason, found, expected, { cause }));
  const late = () => give('response_timeout', `no ${what} in ${sayDuration(run.timeoutMs)}`);
  const closed = () => give('response_closed', `a connection that was closed before ${what}`);
  const broken = (error: Error) => {
    const code = codeOf(error);
    if (code === 'ECONNRESET') return give('response_closed', `a connection that was reset before ${what}`, error);
    if (code === 'EPIPE') return closed();
    const { reason, found } = tlsFailure(error);
    give(reason, found, error);
  };
  run.signal.addEventListener('abort', late, { once: true });
  socket.once('error', broken).once('close', closed);
  try {
    // What happened before anybody listened is not told again.
    if (socket.errored) broken(socket.errored);
    else if (socket.destroyed) closed();
    if (run.signal.aborted) late();
    // Work that is done counts, even if the peer has closed since: `too many clients`, and gone.
    return await Promise.race([work, over]);
  } finally {
    run.signal.removeEventListener('abort', late);
    socket.off('error', broken).off('close', closed);
  }
}
