import { isIP, type Socket } from 'node:net';
import { connect, type SecureContext, type TLSSocket } from 'node:tls';
import { sayDuration } from '../../stack/duration.ts';
import type { Run } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import {
  type CertificateDemand,
  certificateFault,
  certificateWords,
  chainOf,
  earliestExpiry,
  inUse,
} from './certificate.ts';
import { codeOf, Failure } from './failure.ts';
import { TrustStore } from './trust.ts';

export interface SecureOptions extends CertificateDemand {
  readonly caFile?: string;
  readonly alpn?: readonly string[];
}

/**
 * Does the TLS handshake on a connected socket and judges the certificate itself, so that the expiry is known and
 * sampled also when it does not verify. Throws a `Failure`; the caller destroys the sockets.
 */
export async function secure(socket: Socket, options: SecureOptions, run: Run, recorder: Recorder): Promise<TLSSocket> {
  const expected = `a TLS handshake for ${options.name}`;
  const secureContext = await contextFor(options.caFile, expected, run);
  const wrapped = connect({
    socket,
    secureContext,
    // An address must not be sent as a server name (RFC 6066, section 3).
    ...(isIP(options.name) ? {} : { servername: options.name }),
    ...(options.alpn ? { ALPNProtocols: [...options.alpn] } : {}),
    // We judge ourselves, below: a client that verifies hangs up before the certificate can be looked at.
    rejectUnauthorized: false,
    // The name too: where none is sent, Node would compare the certificate of an address with "localhost".
    checkServerIdentity: () => undefined,
  });
  // Later errors of an open socket belong to who uses it; without a listener they would end the process.
  wrapped.on('error', () => {});
  await handshake(wrapped, expected, run);
  const now = Date.now();
  const verification = verificationOf(wrapped);
  const sent = chainOf(wrapped, (fingerprint) => store.isWellKnown(fingerprint));
  recorder.step(`${wrapped.getProtocol() ?? 'TLS'} with ${wrapped.getCipher().name}`);
  for (const certificate of sent) recorder.step(certificateWords(certificate));
  const chain = inUse(sent, verification, now);
  const expiry = earliestExpiry(chain);
  if (expiry !== undefined) recorder.sample('probe_ssl_earliest_cert_expiry', expiry / 1_000);
  const fault = certificateFault(chain, verification, options, now);
  if (fault) {
    wrapped.destroy();
    throw new Failure(fault.reason, fault.found, fault.expected);
  }
  return wrapped;
}

/** OpenSSL's code of what is wrong with the chain; undefined where nothing is. */
function verificationOf(socket: TLSSocket): string | undefined {
  if (socket.authorized) return undefined;
  // The type says Error; at run time it is OpenSSL's code as a string.
  const error: unknown = socket.authorizationError;
  return codeOf(error) || String(error ?? 'unknown');
}

function handshake(socket: TLSSocket, expected: string, run: Run): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const give = (reason: Failure['reason'], found: string, cause?: unknown) => {
    socket.destroy();
    reject(new Failure(reason, found, expected, { cause }));
  };
  const late = () => give('tls_timeout', `no end of the TLS handshake in ${sayDuration(run.timeoutMs)}`);
  if (run.signal.aborted) late();
  run.signal.addEventListener('abort', late, { once: true });
  socket.once('secureConnect', resolve);
  const closed = () => give('tls_handshake', 'a connection that was closed during the TLS handshake');
  socket.once('error', (error) => {
    // Node reports the end of the connection as a reset, and tells it from one only by its words.
    if (error.message.includes('disconnected before secure TLS')) return closed();
    give('tls_handshake', `a TLS error: ${tlsWords(error)}`, error);
  });
  socket.once('close', closed);
  return promise.finally(() => run.signal.removeEventListener('abort', late));
}

/** What ended a TLS connection, for people. */
export function tlsWords(error: unknown): string {
  const code = codeOf(error);
  const words: Readonly<Record<string, string>> = {
    ECONNRESET: 'the connection was reset',
    EPIPE: 'the connection was closed',
    ERR_SSL_WRONG_VERSION_NUMBER: 'the port does not speak TLS',
    ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the port does not speak TLS',
    ERR_SSL_HTTP_REQUEST: 'the port does not speak TLS',
    ERR_SSL_UNSUPPORTED_PROTOCOL: 'no TLS version in common',
    ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'no TLS version in common',
    ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'the server does not know the name',
    ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'the server asks for a client certificate',
  };
  return words[code] ?? (code || (error instanceof Error ? error.message : String(error)));
}

/** Only a cache: which authorities there are does not change while the process runs. */
const store = new TrustStore();

async function contextFor(caFile: string | undefined, expected: string, run: Run): Promise<SecureContext> {
  try {
    return await store.context(caFile, run.signal);
  } catch (error) {
    // The user's own file, not the target: it must not read as the target being down.
    const why = run.signal.aborted ? 'not read in time' : codeOf(error) || 'not PEM';
    throw new Failure('internal', `a ca_file that cannot be used: ${caFile} (${why})`, expected, { cause: error });
  }
}
