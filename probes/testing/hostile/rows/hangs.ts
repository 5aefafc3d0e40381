import type { HostileRow } from '../row.ts';

/** A target that hangs, at every stage, or hangs up. */
export const hangRows: readonly HostileRow[] = [
  { name: 'never answers', kind: 'http', behaviour: 'hang-before-headers', reason: 'response_timeout', connections: 1 },
  { name: 'drips its headers', kind: 'http', behaviour: 'drip-headers', reason: 'response_timeout' },
  { name: 'hangs in the body', kind: 'http', behaviour: 'hang-in-body', reason: 'body_timeout' },
  { name: 'drips its body', kind: 'http', behaviour: 'drip', reason: 'body_timeout' },
  { name: 'hangs in a compressed body', kind: 'http', behaviour: 'hang-in-gzip', reason: 'body_timeout' },
  { name: 'accepts and says nothing', kind: 'http', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'closes at once', kind: 'http', atAccept: 'close', reason: 'response_closed' },
  { name: 'greets before it is asked', kind: 'http', atAccept: 'greet', reason: 'protocol' },
  { name: 'drops connection attempts', kind: 'http', atAccept: 'silent', reason: 'connect_timeout' },
  { name: 'refuses connections', kind: 'http', atAccept: 'refused', reason: 'connect_refused' },
];
