import type { TLSSocket } from 'node:tls';
import type { Run } from '../model.ts';
import { whenAborted } from './when-aborted.ts';

/**
 * Ends a connection as RFC 8446, section 6.1 asks: with close_notify, behind all that was to be sent. A server that sees a
 * connection end without it writes an error into its log at each run. Waits until the system has taken it, not for the peer.
 */
export async function endTls(socket: TLSSocket, run: Run): Promise<void> {
  if (socket.destroyed) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const stopWaiting = whenAborted(run, () => resolve());
  socket.end(() => resolve());
  await promise;
  stopWaiting();
  socket.destroy();
}
