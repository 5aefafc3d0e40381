import type { HostileRow } from '../row.ts';

/** What the name of the target comes to. */
export const nameRows: readonly HostileRow[] = [
  { name: 'has no name', kind: 'http', resolves: 'nxdomain', reason: 'dns_not_found' },
  { name: 'has a name without addresses', kind: 'http', resolves: 'empty', reason: 'dns_not_found' },
  { name: 'has a name whose servers fail', kind: 'http', resolves: 'servfail', reason: 'dns_failed' },
  { name: 'has a name that leads to itself', kind: 'http', resolves: 'cname-loop', reason: 'dns_not_found' },
  { name: 'has a name whose answer needs TCP', kind: 'http', resolves: 'truncated', behaviour: 'ok', reason: 'ok' },
  {
    name: 'has a dead address beside a good one',
    kind: 'http',
    resolves: 'dead-and-good',
    behaviour: 'ok',
    reason: 'ok',
  },
  {
    name: "does nothing: the prober's own name server is dead",
    kind: 'http',
    resolves: 'silent-resolver',
    reason: 'resolver',
  },
];
