import type { Reason } from '../../../stack/reasons.ts';
import type { AtAccept, Behaviour } from '../fault-server.ts';

/** How a certificate is wrong, or that it is right. */
export type CertificateKind =
  | 'good'
  | 'expired'
  | 'not-yet-valid'
  | 'wrong-name'
  | 'self-signed'
  | 'unknown-authority'
  | 'incomplete-chain'
  | 'expiring';

/** What the name `hostile.example` comes to. */
export type NameKind =
  | 'nxdomain'
  | 'servfail'
  | 'silent-resolver'
  | 'cname-loop'
  | 'truncated'
  | 'dead-and-good'
  | 'empty';

export interface HostileRow {
  /** What the target does. */
  readonly name: string;
  readonly kind: 'http' | 'tcp' | 'tls' | 'smtp' | 'redis' | 'postgres' | 'websocket' | 'grpc';
  /** By HTTP: what the fault server does with the request. */
  readonly behaviour?: Behaviour;
  /** What goes behind the behaviour, as `?…`. */
  readonly query?: string;
  /** Before any request; `silent` does not even accept, `refused` does not listen. */
  readonly atAccept?: AtAccept | 'silent' | 'refused';
  readonly certificate?: CertificateKind;
  readonly resolves?: NameKind;
  /** As the user writes them beside the target. */
  readonly options?: Readonly<Record<string, unknown>>;
  readonly reason: Reason;
  /** How many connections the target sees, where that is the point. */
  readonly connections?: number;
  /** Why blackbox_exporter comes to another verdict. */
  readonly blackbox?: string;
}

const json = (status: string) => ({ expect: { json: { status } } });

/** Everything that a target can do to a prober, and the verdict that must come of it: one row each. */
export const hostileRows: readonly HostileRow[] = [
  // Answers as they should be, in every form.
  { name: 'answers', kind: 'http', behaviour: 'ok', reason: 'ok', connections: 1 },
  { name: 'answers with gzip that nobody asked for', kind: 'http', behaviour: 'ok-gzip', reason: 'ok' },
  { name: 'answers without a body, 204', kind: 'http', behaviour: 'no-content', reason: 'ok' },
  {
    name: 'answers 304, which never has a body',
    kind: 'http',
    behaviour: 'not-modified',
    options: { expect: { status: 304 } },
    reason: 'ok',
  },
  {
    name: 'answers a HEAD with a length and no body',
    kind: 'http',
    behaviour: 'ok',
    options: { method: 'HEAD' },
    reason: 'ok',
  },
  {
    name: 'answers in chunks, with a trailer',
    kind: 'http',
    behaviour: 'chunked',
    options: { expect: { body: 'ready' } },
    reason: 'ok',
  },
  {
    name: 'sends early hints first',
    kind: 'http',
    behaviour: 'early-hints',
    options: { expect: { body: 'ready' } },
    reason: 'ok',
  },
  { name: 'answers with an empty body', kind: 'http', behaviour: 'empty-body', reason: 'ok' },
  { name: 'answers with bytes that are no UTF-8', kind: 'http', behaviour: 'no-utf8', reason: 'ok' },
  {
    name: 'redirects to where all is well',
    kind: 'http',
    behaviour: 'redirect-to-ok',
    options: { redirects: 1 },
    reason: 'ok',
    connections: 2,
  },
  // Wrong answers.
  { name: 'answers 503', kind: 'http', behaviour: 'status-503', reason: 'status', connections: 1 },
  { name: 'answers 500 with a page', kind: 'http', behaviour: 'status-500-html', reason: 'status' },
  { name: 'answers 304 where 200 is expected', kind: 'http', behaviour: 'not-modified', reason: 'status' },
  {
    name: 'redirects where no redirect is followed',
    kind: 'http',
    behaviour: 'redirect-to-ok',
    reason: 'status',
    connections: 1,
  },
  { name: 'says that it is starting', kind: 'http', behaviour: 'starting', options: json('ready'), reason: 'json' },
  {
    name: 'answers with text where JSON is expected',
    kind: 'http',
    behaviour: 'not-json',
    options: json('ready'),
    reason: 'json',
  },
  {
    name: 'answers with nothing where JSON is expected',
    kind: 'http',
    behaviour: 'empty-body',
    options: json('ready'),
    reason: 'json',
  },
  {
    name: 'answers with control characters where JSON is expected',
    kind: 'http',
    behaviour: 'hostile-text',
    options: json('ready'),
    reason: 'json',
  },
  { name: 'lacks a text', kind: 'http', behaviour: 'not-json', options: { expect: { body: 'ready' } }, reason: 'body' },
  {
    name: 'does not match an expression',
    kind: 'http',
    behaviour: 'not-json',
    options: { expect: { body: '/^ready$/' } },
    reason: 'body',
  },
  {
    name: 'sends no UTF-8 to an expression',
    kind: 'http',
    behaviour: 'no-utf8',
    options: { expect: { body: '/ready/' } },
    reason: 'body',
  },
  {
    name: 'sends what makes a backtracking expression run for ever',
    kind: 'http',
    behaviour: 'large-body',
    options: { expect: { body: '/^(x+x+)+y$/' } },
    reason: 'body',
  },
  {
    name: 'lacks a header',
    kind: 'http',
    behaviour: 'ok',
    options: { expect: { headers: { 'x-other': '' } } },
    reason: 'header',
  },
  {
    name: 'has another header',
    kind: 'http',
    behaviour: 'ok',
    options: { expect: { headers: { 'x-version': '/^2/' } } },
    reason: 'header',
  },
  {
    name: 'answers late, and within its time',
    kind: 'http',
    behaviour: 'slow',
    query: '120',
    options: { expect: { within: '50ms' } },
    reason: 'slow',
  },
  // Broken HTTP.
  { name: 'speaks another protocol', kind: 'http', behaviour: 'no-http', reason: 'protocol' },
  { name: 'sends a malformed status line', kind: 'http', behaviour: 'bad-status-line', reason: 'protocol' },
  { name: 'sends headers without end', kind: 'http', behaviour: 'endless-headers', reason: 'protocol' },
  { name: 'sends two lengths', kind: 'http', behaviour: 'two-lengths', reason: 'protocol' },
  { name: 'sends a broken chunk', kind: 'http', behaviour: 'bad-chunk', reason: 'protocol' },
  {
    name: 'switches to a protocol that nobody asked for',
    kind: 'http',
    behaviour: 'upgrade',
    reason: 'protocol',
    blackbox: 'it takes 101 for an answer and waits for a body without end, beyond its own time limit',
  },
  {
    name: 'says gzip and sends none',
    kind: 'http',
    behaviour: 'bad-gzip',
    reason: 'protocol',
    blackbox: 'it decodes a body only where a compression is configured, and does not look at this one',
  },
  { name: 'ends in the middle of a chunked body', kind: 'http', behaviour: 'half-chunked', reason: 'response_closed' },
  { name: 'announces more than it sends', kind: 'http', behaviour: 'close-in-body', reason: 'response_closed' },
  { name: 'resets in the middle of the body', kind: 'http', behaviour: 'reset-in-body', reason: 'response_closed' },
  {
    name: 'closes without an answer',
    kind: 'http',
    behaviour: 'close-without-answer',
    reason: 'response_closed',
    connections: 1,
  },
  {
    name: 'resets without an answer',
    kind: 'http',
    behaviour: 'reset-before-answer',
    reason: 'response_closed',
    connections: 1,
  },
  {
    name: 'sends a gzip bomb',
    kind: 'http',
    behaviour: 'gzip-bomb',
    options: { expect: { body: 'x' } },
    reason: 'body_too_large',
  },
  {
    name: 'sends more than allowed',
    kind: 'http',
    behaviour: 'large-body',
    options: { body_limit: 1_000, expect: { body: 'y' } },
    reason: 'body_too_large',
  },
  // Redirects.
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
  // Hangs, at every stage.
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
  // Certificates.
  { name: 'shows a good certificate', kind: 'tls', certificate: 'good', reason: 'ok', connections: 1 },
  { name: 'shows a certificate that has expired', kind: 'tls', certificate: 'expired', reason: 'certificate_expired' },
  {
    name: 'shows a certificate that is not valid yet',
    kind: 'tls',
    certificate: 'not-yet-valid',
    reason: 'certificate_not_yet_valid',
  },
  {
    name: 'shows a certificate that ends too soon',
    kind: 'tls',
    certificate: 'expiring',
    options: { expect: { valid_for: '21d' } },
    reason: 'certificate_expiring',
  },
  { name: 'shows a certificate for another name', kind: 'tls', certificate: 'wrong-name', reason: 'certificate_name' },
  {
    name: 'shows a certificate that it signed itself',
    kind: 'tls',
    certificate: 'self-signed',
    reason: 'certificate_untrusted',
  },
  {
    name: 'shows a certificate of an unknown authority',
    kind: 'tls',
    certificate: 'unknown-authority',
    reason: 'certificate_untrusted',
  },
  {
    name: 'leaves out the certificate between',
    kind: 'tls',
    certificate: 'incomplete-chain',
    reason: 'certificate_chain',
  },
  {
    name: 'shows an expired certificate over HTTPS',
    kind: 'http',
    certificate: 'expired',
    behaviour: 'ok',
    reason: 'certificate_expired',
  },
  {
    name: 'shows a certificate for another name over HTTPS',
    kind: 'http',
    certificate: 'wrong-name',
    behaviour: 'ok',
    reason: 'certificate_name',
  },
  {
    name: 'shows a good certificate and answers 503',
    kind: 'http',
    certificate: 'good',
    behaviour: 'status-503',
    reason: 'status',
  },
  { name: 'hangs in the TLS handshake', kind: 'tls', atAccept: 'hang', reason: 'tls_timeout' },
  { name: 'closes in the TLS handshake', kind: 'tls', atAccept: 'close', reason: 'tls_handshake' },
  { name: 'speaks no TLS', kind: 'tls', atAccept: 'greet', reason: 'tls_handshake' },
  // Names.
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
  // Other protocols.
  { name: 'accepts', kind: 'tcp', atAccept: 'hang', reason: 'ok', connections: 1 },
  {
    name: 'accepts where it must not',
    kind: 'tcp',
    atAccept: 'hang',
    options: { expect: 'closed' },
    reason: 'connect_open',
  },
  { name: 'refuses where it must', kind: 'tcp', atAccept: 'refused', options: { expect: 'closed' }, reason: 'ok' },
  { name: 'drops where it must', kind: 'tcp', atAccept: 'silent', options: { expect: 'closed' }, reason: 'ok' },
  { name: 'refuses a port', kind: 'tcp', atAccept: 'refused', reason: 'connect_refused' },
  { name: 'drops attempts to a port', kind: 'tcp', atAccept: 'silent', reason: 'connect_timeout' },
  {
    name: 'greets as expected',
    kind: 'tcp',
    atAccept: 'greet',
    options: { dialogue: [{ expect: '/^220 /' }] },
    reason: 'ok',
  },
  {
    name: 'greets otherwise',
    kind: 'tcp',
    atAccept: 'greet',
    options: { dialogue: [{ expect: '/^SSH-/' }] },
    reason: 'answer',
  },
  {
    name: 'does not greet',
    kind: 'tcp',
    atAccept: 'hang',
    options: { dialogue: [{ expect: '/^220 /' }] },
    reason: 'response_timeout',
  },
  { name: 'says nothing to a mail client', kind: 'smtp', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'hangs up on a mail client', kind: 'smtp', atAccept: 'close', reason: 'response_closed' },
  { name: 'says nothing to a database client', kind: 'postgres', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'greets a database client as if it were mail', kind: 'postgres', atAccept: 'greet', reason: 'protocol' },
  { name: 'says nothing to a cache client', kind: 'redis', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'greets a cache client as if it were mail', kind: 'redis', atAccept: 'greet', reason: 'protocol' },
  { name: 'answers a WebSocket with a page', kind: 'websocket', behaviour: 'ok', reason: 'status' },
  { name: 'says nothing to a WebSocket', kind: 'websocket', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'says nothing to a gRPC client', kind: 'grpc', atAccept: 'hang', reason: 'response_timeout' },
  { name: 'refuses a gRPC client', kind: 'grpc', atAccept: 'refused', reason: 'connect_refused' },
];
