import type { Reason } from '../../stack/reasons.ts';
import { codeOf } from './failure.ts';

/** OpenSSL's codes that an operator meets. One that is not listed is a handshake that failed, by its code. */
const failures: Readonly<Record<string, readonly [Reason, string]>> = {
  ECONNRESET: ['tls_handshake', 'the connection was reset'],
  EPIPE: ['tls_handshake', 'the connection was closed'],
  ERR_SSL_WRONG_VERSION_NUMBER: ['tls_handshake', 'the port does not speak TLS'],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: ['tls_handshake', 'the port does not speak TLS'],
  ERR_SSL_HTTP_REQUEST: ['tls_handshake', 'the port does not speak TLS'],
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: ['tls_handshake', 'the server does not know the name'],
  ERR_SSL_UNSUPPORTED_PROTOCOL: ['tls_version', 'no TLS version in common'],
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: ['tls_version', 'no TLS version in common'],
  ERR_SSL_NO_SHARED_CIPHER: ['tls_cipher', 'no cipher in common'],
  ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY: ['tls_cipher', 'no cipher in common that is strong enough'],
  // Of a server that finds no cipher in common, and before TLS 1.3 of one that asks for a client certificate.
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: ['tls_handshake', 'the server refused the handshake'],
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: ['certificate_client', 'the server asks for a client certificate'],
  ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE: ['certificate_client', 'the server refused the client certificate'],
  ERR_SSL_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE: [
    'certificate_client',
    'the server refused the kind of the client certificate',
  ],
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED: [
    'certificate_client',
    'the server says that the client certificate was revoked',
  ],
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED: [
    'certificate_client',
    'the server says that the client certificate has expired',
  ],
  ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN: ['certificate_client', 'the server refused the client certificate'],
  ERR_SSL_TLSV1_ALERT_UNKNOWN_CA: ['certificate_client', 'the server does not know who signed the client certificate'],
  ERR_SSL_TLSV1_ALERT_ACCESS_DENIED: ['certificate_client', 'the server denies access to the client certificate'],
  ERR_SSL_TLSV1_ALERT_DECRYPT_ERROR: ['certificate_client', 'the server could not verify the client certificate'],
};

/** Why a TLS connection failed: by TLS 1.3 a refused client certificate shows only when the first answer is read. */
export function tlsFailure(error: unknown): { readonly reason: Reason; readonly found: string } {
  const [reason] = failures[codeOf(error)] ?? ['tls_handshake'];
  return { reason: reason as Reason, found: `a TLS error: ${tlsWords(error)}` };
}

/** What ended a TLS connection, for people. */
export function tlsWords(error: unknown): string {
  const code = codeOf(error);
  return failures[code]?.[1] ?? (code || (error instanceof Error ? error.message : String(error)));
}
