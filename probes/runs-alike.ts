import type { PlannedProbe } from './model.ts';

/** Whether a probe that runs may go on as it is: nothing that the scheduler or the prober sees has changed. */
export function runsAlike(a: PlannedProbe | undefined, b: PlannedProbe): boolean {
  return (
    a !== undefined &&
    a.fingerprint === b.fingerprint &&
    a.kind === b.kind &&
    a.target === b.target &&
    a.everyMs === b.everyMs &&
    a.timeoutMs === b.timeoutMs &&
    a.confirm === b.confirm
  );
}
