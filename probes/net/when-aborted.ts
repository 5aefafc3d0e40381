import type { Run } from '../model.ts';

/** Calls back when the run is told to end, at once where it was, until what this returns is called. */
export function whenAborted(run: Run, callback: () => void): () => void {
  if (run.onAbort) return run.onAbort(callback);
  const { signal } = run;
  if (signal.aborted) callback();
  else signal.addEventListener('abort', callback, { once: true });
  return () => signal.removeEventListener('abort', callback);
}
