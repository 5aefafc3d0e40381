import type { HostileRow } from '../row.ts';

/** RFC 8446, section 6: a fatal alert, in the clear. */
const alert = (number: number) => Buffer.from([21, 3, 3, 0, 2, 2, number]);

/** A ServerHello of TLS 1.2 (RFC 5246, section 7.4.1.3) that chooses a cipher. */
function serverHello(cipher: readonly [number, number], extensions: readonly number[]): Buffer {
  const body = [3, 3, ...new Array<number>(32).fill(7), 0, ...cipher, 0, ...extensions];
  return Buffer.from([22, 3, 3, 0, body.length + 4, 2, 0, 0, body.length, ...body]);
}

/** Certificates and handshakes. */
export const tlsRows: readonly HostileRow[] = [
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
  {
    name: 'shows a certificate that names it only as its common name',
    kind: 'tls',
    certificate: 'common-name',
    reason: 'certificate_name',
    curl: '200',
  },
  {
    name: 'shows a certificate whose wildcard stands for a part of a label',
    kind: 'tls',
    certificate: 'partial-wildcard',
    host: 'www.hostile.localhost',
    reason: 'certificate_name',
    curl: '(60) SSL: no alternative certificate subject name matches target host name',
  },
  {
    name: 'shows a certificate with a key of 1024 bits',
    kind: 'tls',
    certificate: 'weak-key',
    reason: 'certificate_untrusted',
    curl: '(60) SSL certificate problem: EE certificate key too weak',
    blackbox: 'Go takes keys of 1024 bits',
  },
  {
    name: 'shows a certificate with a key of 1024 bits, to who takes it',
    kind: 'tls',
    certificate: 'weak-key',
    options: { legacy_tls: true },
    reason: 'ok',
    curl: '200, with --ciphers DEFAULT@SECLEVEL=0',
  },
  {
    name: 'shows a certificate that is signed by SHA-1',
    kind: 'tls',
    certificate: 'sha-1',
    reason: 'certificate_untrusted',
    curl: '(60) SSL certificate problem: CA signature digest algorithm too weak',
  },
  {
    name: 'shows a certificate for a name that its authority may not give',
    kind: 'tls',
    certificate: 'excluded-name',
    reason: 'certificate_untrusted',
    curl: '(60) SSL certificate problem: excluded subtree violation',
  },
  {
    name: 'shows a certificate with a critical extension that nobody knows',
    kind: 'tls',
    certificate: 'critical-extension',
    reason: 'certificate_untrusted',
    curl: '(60) SSL certificate problem: unhandled critical extension',
  },
  {
    name: 'shows an expired certificate to who looks at none',
    kind: 'http',
    certificate: 'expired',
    behaviour: 'ok',
    options: { trust: 'unchecked' },
    reason: 'ok',
    curl: '200, with -k',
  },
  {
    name: 'has a name with a final dot',
    kind: 'http',
    certificate: 'good',
    host: 'localhost.',
    behaviour: 'ok',
    reason: 'ok',
    curl: '200',
    blackbox: 'Go asks DNS for `localhost.`, not the file of hosts, and finds no address',
  },
  {
    name: 'refuses the handshake for trouble of its own',
    kind: 'tls',
    responds: (socket) => socket.write(alert(80)),
    reason: 'tls_handshake',
    curl: '(35) tlsv1 alert internal error',
  },
  {
    name: 'speaks none of the protocols that are offered',
    kind: 'tls',
    responds: (socket) => socket.write(alert(120)),
    reason: 'tls_handshake',
    curl: '(35) tlsv1 alert no application protocol',
  },
  {
    name: 'does not know secure renegotiation',
    kind: 'tls',
    responds: (socket) => socket.write(serverHello([0xc0, 0x2f], [])),
    reason: 'tls_handshake',
    curl: '(35) unsafe legacy renegotiation disabled',
  },
  {
    name: 'chooses a cipher that was not offered',
    kind: 'tls',
    responds: (socket) => socket.write(serverHello([0, 4], [0, 5, 0xff, 1, 0, 1, 0])),
    reason: 'tls_cipher',
    curl: '(35) unknown cipher returned',
  },
  { name: 'hangs in the TLS handshake', kind: 'tls', atAccept: 'hang', reason: 'tls_timeout' },
  { name: 'closes in the TLS handshake', kind: 'tls', atAccept: 'close', reason: 'tls_handshake' },
  { name: 'speaks no TLS', kind: 'tls', atAccept: 'greet', reason: 'tls_handshake' },
];
