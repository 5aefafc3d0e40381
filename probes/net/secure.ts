import { readFile } from 'node:fs/promises';
import { isIP, type Socket } from 'node:net';
import {
  checkServerIdentity,
  connect,
  createSecureContext,
  getCACertificates,
  type SecureContext,
  type TLSSocket,
} from 'node:tls';
import { sayDuration } from '../../stack/duration.ts';
import type { Run } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import { certificateFault, chainOf, commonName, earliestExpiry } from './certificate.ts';
import { codeOf, Failure } from './failure.ts';

export interface SecureOptions {
  readonly name: string;
  readonly caFile?: string;
  readonly trust: 'chain' | 'any';
  readonly validForMs?: number;
  readonly alpn?: readonly string[];
}

/**
 * Does the TLS handshake on a connected socket and judges the certificate itself, so that the expiry is known and
 * sampled also when it does not verify. Throws a `Failure`; the caller destroys the sockets.
 */
export async function secure(socket: Socket, options: SecureOptions, run: Run, recorder: Recorder): Promise<TLSSocket> {
  const expected = `a TLS handshake for ${options.name}`;
  const secureContext = await trustOf(options.caFile, expected);
  const wrapped = connect({
    socket,
    secureContext,
    // An address must not be sent as a server name (RFC 6066, section 3).
    ...(isIP(options.name) ? {} : { servername: options.name }),
    ...(options.alpn ? { ALPNProtocols: [...options.alpn] } : {}),
    rejectUnauthorized: false,
  });
  wrapped.on('error', () => {});
  await handshake(wrapped, expected, run);
  const chain = chainOf(wrapped);
  const version = wrapped.getProtocol() ?? 'TLS';
  recorder.step(`${version} with ${wrapped.getCipher().name}`);
  for (const certificate of chain) {
    recorder.step(
      `certificate of ${commonName(certificate)}, valid ${certificate.valid_from} to ${certificate.valid_to}`,
    );
  }
  const expiry = earliestExpiry(chain);
  if (expiry !== undefined) recorder.sample('probe_ssl_earliest_cert_expiry', expiry / 1_000);
  const leaf = chain[0];
  const nameError = leaf ? checkServerIdentity(options.name, leaf) : undefined;
  // The type says Error, the value is OpenSSL's code as a string.
  const verification: unknown = wrapped.authorizationError;
  const fault = certificateFault(
    chain,
    wrapped.authorized ? undefined : verification ? codeOf(verification) || String(verification) : undefined,
    nameError,
    {
      name: options.name,
      trust: options.trust,
      ...(options.validForMs === undefined ? {} : { validForMs: options.validForMs }),
    },
    Date.now(),
  );
  if (fault) {
    wrapped.destroy();
    throw new Failure(fault.reason, fault.found, fault.expected);
  }
  return wrapped;
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
  socket.once('error', (error) => give('tls_handshake', `a TLS error: ${tlsWords(error)}`, error));
  socket.once('close', () => give('tls_handshake', 'a connection that closed during the TLS handshake'));
  return promise.finally(() => run.signal.removeEventListener('abort', late));
}

function tlsWords(error: Error): string {
  const code = codeOf(error);
  if (code === 'ECONNRESET') return 'the connection was reset';
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'the port does not speak TLS';
  return code || error.message;
}

let usual: readonly string[] | undefined;

/** The authorities that Node ships, those of the system, and those of the file; the file is read anew every time. */
async function trustOf(caFile: string | undefined, expected: string): Promise<SecureContext> {
  usual ??= [
    ...new Set([...getCACertificates('bundled'), ...getCACertificates('system'), ...getCACertificates('extra')]),
  ];
  if (!caFile) return sharedContext(usual);
  try {
    return createSecureContext({ ca: [...usual, await readFile(caFile, 'utf8')] });
  } catch (error) {
    // The user's own file, not the target: it must not read as the target being down.
    throw new Failure('internal', `ca_file ${caFile} that cannot be used (${codeOf(error) || 'not PEM'})`, expected, {
      cause: error,
    });
  }
}

let shared: SecureContext | undefined;

/** Parsing some 150 authorities takes milliseconds: once, not at every run. */
function sharedContext(ca: readonly string[]): SecureContext {
  shared ??= createSecureContext({ ca: [...ca] });
  return shared;
}
