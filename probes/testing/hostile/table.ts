import type { HostileRow } from './row.ts';
import { busyRows } from './rows/busy.ts';
import { busyProtocolRows } from './rows/busy-protocols.ts';
import { hangRows } from './rows/hangs.ts';
import { httpRows } from './rows/http.ts';
import { bodyRows } from './rows/http-body.ts';
import { framingRows } from './rows/http-framing.ts';
import { redirectRows } from './rows/http-redirects.ts';
import { nameRows } from './rows/names.ts';
import { postgresRows } from './rows/postgres.ts';
import { protocolRows } from './rows/protocols.ts';
import { tlsRows } from './rows/tls.ts';
import { valueRows } from './rows/values.ts';

/** Everything that a target can do to a prober, and the verdict that must come of it: one row each. */
export const hostileRows: readonly HostileRow[] = [
  ...httpRows,
  ...framingRows,
  ...bodyRows,
  ...valueRows,
  ...redirectRows,
  ...hangRows,
  ...busyRows,
  ...busyProtocolRows,
  ...tlsRows,
  ...nameRows,
  ...protocolRows,
  ...postgresRows,
];
