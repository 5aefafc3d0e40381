import type { HostileRow } from '../row.ts';

/** Where a redirect leads. */
export const redirectRows: readonly HostileRow[] = [
  {
    name: 'redirects in a loop',
    kind: 'http',
    behaviour: 'redirect-loop',
    options: { redirects: 3 },
    reason: 'too_many_redirects',
    connections: 4,
  },
  {
    name: 'redirects without saying where',
    kind: 'http',
    behaviour: 'redirect-nowhere',
    options: { redirects: 3 },
    reason: 'status',
    connections: 1,
  },
  {
    name: 'redirects to a file',
    kind: 'http',
    behaviour: 'redirect-to-file',
    options: { redirects: 3 },
    reason: 'protocol',
    connections: 1,
  },
  {
    name: 'redirects to what is broken',
    kind: 'http',
    behaviour: 'redirect-to',
    query: '/status-503',
    options: { redirects: 1 },
    reason: 'status',
    connections: 2,
  },
  {
    name: 'redirects to a port where nobody listens',
    kind: 'http',
    behaviour: 'redirect-to',
    query: 'http://127.0.0.1:1/',
    options: { redirects: 1 },
    reason: 'connect_refused',
  },
];
