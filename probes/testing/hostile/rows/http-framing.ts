import type { HostileRow } from '../row.ts';

/** How an HTTP response is put on the wire: line ends, lengths, chunks. */
export const framingRows: readonly HostileRow[] = [];
