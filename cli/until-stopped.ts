import { UserError } from './user-error.ts';

/** Resolves with the name of the signal when the process is told to stop: Ctrl-C or SIGTERM. */
export function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
}

/**
 * Stops gracefully within `limitMs`. What hangs beyond it is cut off by ending the process, and so does a second Ctrl-C.
 */
export async function stopWithin(limitMs: number, stop: () => PromiseLike<void>): Promise<void> {
  const force = () => process.exit(1);
  process.once('SIGINT', force);
  const timer = setTimeout(force, limitMs);
  try {
    await stop();
  } finally {
    clearTimeout(timer);
    process.off('SIGINT', force);
  }
}

/** Names the file and the port where listening fails because of them; anything else is passed on. */
export function sayListenFault(error: unknown, address: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') return new UserError(`cannot listen on ${address}: the port is taken`, { cause: error });
  if (code === 'EACCES') return new UserError(`cannot listen on ${address}: permission denied`, { cause: error });
  if (code === 'EADDRNOTAVAIL')
    return new UserError(`cannot listen on ${address}: no such address here`, { cause: error });
  return error;
}
