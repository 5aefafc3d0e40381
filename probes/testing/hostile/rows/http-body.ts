import type { HostileRow } from '../row.ts';

/** How the body of an HTTP response is encoded: charset, content codings. */
export const bodyRows: readonly HostileRow[] = [];
