import type { HostileRow } from '../row.ts';

/** PostgreSQL, and what stands before it. */
export const postgresRows: readonly HostileRow[] = [];
