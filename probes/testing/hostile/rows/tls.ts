import type { HostileRow } from '../row.ts';

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
  { name: 'hangs in the TLS handshake', kind: 'tls', atAccept: 'hang', reason: 'tls_timeout' },
  { name: 'closes in the TLS handshake', kind: 'tls', atAccept: 'close', reason: 'tls_handshake' },
  { name: 'speaks no TLS', kind: 'tls', atAccept: 'greet', reason: 'tls_handshake' },
];
