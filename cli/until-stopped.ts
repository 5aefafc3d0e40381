import { DataFolderError } from '../probes/state/store/database.ts';
import { UserError } from './user-error.ts';

/**
 * npm passes Ctrl-C on to a child that the terminal has told already. Only a signal that comes later than this is a
 * person who does not want to wait.
 */
const echoMs = 1_000;

/** Resolves when the process is told to stop, by Ctrl-C or SIGTERM. Told once more, it ends at once. */
export function stopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let toldAt: number | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (toldAt !== undefined && performance.now() - toldAt > echoMs) process.exit(1);
      toldAt ??= performance.now();
      resolve();
    });
  }
  return promise;
}

/** Stops gracefully; what hangs beyond the limit is cut off by ending the process. */
export async function stopWithin(limitMs: number, stop: () => PromiseLike<void>): Promise<void> {
  const timer = setTimeout(() => process.exit(1), limitMs);
  await stop();
  clearTimeout(timer);
}

/** Names the file and the port where listening fails because of them; anything else is passed on. */
export function sayListenFault(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new UserError(`cannot listen on ${address}: the port is taken`, { cause: error });
  if (code === 'EACCES') return new UserError(`cannot listen on ${address}: permission denied`, { cause: error });
  if (code === 'EADDRNOTAVAIL')
    return new UserError(`cannot listen on ${address}: no such address here`, { cause: error });
  if (error instanceof DataFolderError) return new UserError(error.message, { cause: error });
  return error;
}
