import type { Reason } from '../../stack/reasons.ts';
import { codeOf } from './failure.ts';

type Words = readonly [reason: Reason, words: string];

const noTls: Words = ['tls_handshake', 'the port does not speak TLS'];

const failures: Readonly<Record<string, Words>> = {
  ECONNRESET: ['tls_handshake', 'the connection was reset'],
  EPIPE: ['tls_handshake', 'the connection was closed'],
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  ERR_SSL_HTTP_REQUEST: noTls,
  ERR_SSL_UNSUPPORTED_PROTOCOL: ['tls_version', 'no TLS version in common'],
  ERR_SSL_NO_SHARED_CIPHER: ['tls_cipher', 'no cipher in common'],
};

/** What the server said before it hung up (RFC 8446, section 6). */
const alerts: Readonly<Record<string, Words>> = {
  PROTOCOL_VERSION: ['tls_version', 'no TLS version in common'],
  INSUFFICIENT_SECURITY: ['tls_cipher', 'no cipher in common that is strong enough'],
  // Of a server that finds no cipher in common, and before TLS 1.3 of one that asks for a client certificate.
  HANDSHAKE_FAILURE: ['tls_handshake', 'the server refused the handshake'],
  UNRECOGNIZED_NAME: ['tls_handshake', 'the server does not know the name'],
  CERTIFICATE_REQUIRED: ['certificate_client', 'the server asks for a client certificate'],
  BAD_CERTIFICATE: ['certificate_client', 'the server refused the client certificate'],
  CERTIFICATE_UNKNOWN: ['certificate_client', 'the server refused the client certificate'],
  UNSUPPORTED_CERTIFICATE: ['certificate_client', 'the server refused the kind of the client certificate'],
  CERTIFICATE_REVOKED: ['certificate_client', 'the server says that the client certificate was revoked'],
  CERTIFICATE_EXPIRED: ['certificate_client', 'the server says that the client certificate has expired'],
  UNKNOWN_CA: ['certificate_client', 'the server does not know who signed the client certificate'],
  ACCESS_DENIED: ['certificate_client', 'the server denies access to the client certificate'],
};

/**
 * Why a TLS connection failed: by TLS 1.3 a refused client certificate shows only when the first answer is read. A code that
 * is not listed is a handshake that failed.
 */
export function tlsFailure(error: unknown): { readonly reason: Reason; readonly found: string } {
  return { reason: wordsFor(codeOf(error))?.[0] ?? 'tls_handshake', found: `a TLS error: ${tlsWords(error)}` };
}

/** What ended a TLS connection, for people. */
export function tlsWords(error: unknown): string {
  const code = codeOf(error);
  return wordsFor(code)?.[1] ?? (code || (error instanceof Error ? error.message : String(error)));
}

/** OpenSSL puts before the name of an alert the version that brought it, or none (`ERR_SSL_SSL/TLS_ALERT_…`), as its own versions differ. */
function wordsFor(code: string): Words | undefined {
  const [, alert = ''] = /^ERR_SSL_(?:SSLV3|SSL\/TLS|TLSV1|TLSV13)_(?:ALERT_)?(.+)$/.exec(code) ?? [];
  return failures[code] ?? alerts[alert];
}
