import type { HostileRow } from '../row.ts';

/** What the target puts into values that the prober uses again: tokens, cookies, saved texts. */
export const valueRows: readonly HostileRow[] = [];
