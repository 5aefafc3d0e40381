import type { Reason } from '../../stack/reasons.ts';
import { codeOf } from './failure.ts';

type Words = readonly [reason: Reason, words: string];

const noTls: Words = ['tls_handshake', 'the port does not speak TLS'];

const weakSignature: Words = ['tls_handshake', 'the server signs by an algorithm that is not taken'];
const smallGroup: Words = ['tls_cipher', "the server's Diffie-Hellman group is too small"];
const strangeCipher: Words = ['tls_cipher', 'the server chose a cipher that was not offered'];

const failures: Readonly<Record<string, Words>> = {
  ECONNRESET: ['tls_handshake', 'the connection was reset'],
  EPIPE: ['tls_handshake', 'the connection was closed'],
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
  ERR_SSL_HTTP_REQUEST: noTls,
  ERR_SSL_RECORD_TOO_SMALL: noTls,
  ERR_SSL_BAD_RECORD_TYPE: noTls,
  ERR_SSL_UNEXPECTED_MESSAGE: ['tls_handshake', 'the server sent a TLS message out of turn'],
  ERR_SSL_UNEXPECTED_EOF_WHILE_READING: ['tls_handshake', 'the connection ended without close_notify'],
  ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC: ['tls_handshake', 'a record cannot be decrypted'],
  ERR_SSL_BAD_SIGNATURE: ['tls_handshake', 'a signature of the server is wrong'],
  ERR_SSL_UNSAFE_LEGACY_RENEGOTIATION_DISABLED: [
    'tls_handshake',
    'the server does not know secure renegotiation (RFC 5746)',
  ],
  ERR_SSL_LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED: weakSignature,
  ERR_SSL_WRONG_SIGNATURE_TYPE: weakSignature,
  ERR_SSL_DH_KEY_TOO_SMALL: smallGroup,
  ERR_TLS_DH_PARAM_SIZE: smallGroup,
  ERR_SSL_UNKNOWN_CIPHER_RETURNED: strangeCipher,
  ERR_SSL_WRONG_CIPHER_RETURNED: strangeCipher,
  ERR_SSL_VERSION_TOO_LOW: ['tls_version', 'no TLS version in common'],
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
  NO_APPLICATION_PROTOCOL: ['tls_handshake', 'the server speaks none of the protocols that we offer (ALPN)'],
  INTERNAL_ERROR: ['tls_handshake', 'the server has trouble of its own'],
  INAPPROPRIATE_FALLBACK: ['tls_version', 'the server takes our version for a fallback'],
  UNEXPECTED_MESSAGE: ['tls_handshake', 'the server did not expect what we sent'],
  DECODE_ERROR: ['tls_handshake', 'the server cannot read what we sent'],
  RECORD_OVERFLOW: ['tls_handshake', 'the server cannot read what we sent'],
  ILLEGAL_PARAMETER: ['tls_handshake', 'the server does not take what we sent'],
  MISSING_EXTENSION: ['tls_handshake', 'the server misses an extension'],
  UNSUPPORTED_EXTENSION: ['tls_handshake', 'the server does not take an extension'],
  BAD_RECORD_MAC: ['tls_handshake', 'the server cannot decrypt what we sent'],
  DECRYPTION_FAILED: ['tls_handshake', 'the server cannot decrypt what we sent'],
  DECRYPT_ERROR: ['tls_handshake', 'the server cannot verify what we sent'],
  USER_CANCELLED: ['tls_handshake', 'the server broke off the handshake'],
  NO_RENEGOTIATION: ['tls_handshake', 'the server does not renegotiate'],
  NO_CERTIFICATE: ['certificate_client', 'the server asks for a client certificate'],
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
  return (
    wordsFor(code)?.[1] ?? opensslWords(code) ?? (code || (error instanceof Error ? error.message : String(error)))
  );
}

/** What OpenSSL calls an error, taken out of Node's code for it; undefined where it is not OpenSSL's. */
export function opensslWords(code: string): string | undefined {
  const alert = alertIn(code);
  if (alert !== undefined) return `the server sent the alert "${sentence(alert)}"`;
  const [, name] = /^ERR_O?SSL_(.+)$/.exec(code) ?? [];
  return name === undefined ? undefined : `OpenSSL says "${sentence(name)}"`;
}

function sentence(name: string): string {
  return name.replaceAll('_', ' ').toLowerCase();
}

/** OpenSSL puts before the name of an alert the version that brought it, or none (`ERR_SSL_SSL/TLS_ALERT_…`), as its own versions differ. */
function wordsFor(code: string): Words | undefined {
  return failures[code] ?? alerts[alertIn(code) ?? ''];
}

function alertIn(code: string): string | undefined {
  return /^ERR_SSL_(?:SSLV3|SSL\/TLS|TLSV1|TLSV13)_(?:ALERT_)?(.+)$/.exec(code)?.[1];
}
