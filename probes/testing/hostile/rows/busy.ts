import type { HostileRow } from '../row.ts';

/** A target that keeps the event loop of the prober busy. Each limit is a fail with its own words. */
export const busyRows: readonly HostileRow[] = [];
