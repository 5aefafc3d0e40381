import { isIP, type Socket } from 'node:net';
import { connect, type DetailedPeerCertificate, type PeerCertificate, TLSSocket } from 'node:tls';
import { sayDuration } from '../../stack/duration.ts';
import type { Run } from '../model.ts';
import type { Recorder } from '../probers/recorder.ts';
import {
  type CertificateDemand,
  certificateFault,
  certificateTrait,
  certificateWords,
  earliestExpiry,
  inUse,
  type Verification,
} from './certificate.ts';
import { endTls } from './end-tls.ts';
import { codeOf, Failure } from './failure.ts';
import { withoutFinalDot } from './host-port.ts';
import { pace } from './pace.ts';
import { type AgreementDemand, agreementFault, isLegacyVersion } from './tls-agreement.ts';
import { tlsFailure } from './tls-failure.ts';
import { type Credentials, type Trust, TrustStore, UnusableFile } from './trust.ts';
import { whenAborted } from './when-aborted.ts';

export interface SecureOptions extends CertificateDemand, AgreementDemand, Credentials {
  readonly alpn?: readonly string[];
}

export interface Secured {
  readonly socket: TLSSocket;
  readonly version: string;
  /** As OpenSSL names it. */
  readonly cipher: string;
  /** When the first certificate of the chain expires, Unix milliseconds. */
  readonly expiry: number;
  /** Whether OpenSSL found a way to a trusted authority. */
  readonly isVerified: boolean;
}

/**
 * Does the TLS handshake on a connected socket and judges the certificate itself, so that the expiry is known and
 * sampled also when it does not verify. Throws a `Failure`; the caller destroys the sockets.
 */
export async function secure(socket: Socket, options: SecureOptions, run: Run, recorder: Recorder): Promise<TLSSocket> {
  return (await secureWith(socket, options, run, recorder)).socket;
}

/** The same, with what was agreed on. */
export async function secureWith(
  socket: Socket,
  options: SecureOptions,
  run: Run,
  recorder: Recorder,
): Promise<Secured> {
  const name = withoutFinalDot(options.name);
  const expected = `a TLS handshake for ${name}`;
  const isLegacy = options.isLegacy || (options.versions?.some(isLegacyVersion) ?? false);
  const trust = await trustFor({ ...options, isLegacy }, expected, run);
  const wrapped = connect({
    socket,
    secureContext: trust.context,
    // An address must not be sent as a server name (RFC 6066, section 3).
    ...(isIP(name) ? {} : { servername: name }),
    ...(options.alpn ? { ALPNProtocols: [...options.alpn] } : {}),
    // Node has a limit of its own, of 1024 bits.
    ...(isLegacy && { minDHSize: 1 }),
    // We judge ourselves, below: a client that verifies hangs up before the certificate can be looked at.
    rejectUnauthorized: false,
    // The name too: where none is sent, Node would compare the certificate of an address with "localhost".
    checkServerIdentity: () => undefined,
  });
  pace(wrapped, run);
  // Later errors of an open socket belong to who uses it; without a listener they would end the process.
  wrapped.on('error', ignore);
  // Node makes texts of the whole chain for `checkServerIdentity`, a quarter of what a handshake costs here; ours reads none.
  wrapped.getPeerCertificate = noCertificate;
  await handshake(wrapped, expected, run);
  // Not by `delete`, which would make every later look into the socket a look into a hash table.
  wrapped.getPeerCertificate = TLSSocket.prototype.getPeerCertificate;
  const version = wrapped.getProtocol() ?? 'unknown';
  const cipher = wrapped.getCipher();
  recorder.trait('tls', `${version} ${cipher.name}`);
  const now = Date.now();
  const verification = verificationOf(wrapped);
  const chain = trust.chains.of(wrapped);
  const sent = chain?.certificates ?? [];
  recorder.lazySteps(() => [`${version} with ${cipher.name}`, ...sent.map(certificateWords)]);
  if (sent[0]) recorder.trait('certificate', certificateTrait(sent[0]));
  const used = inUse(sent, verification, now);
  const expiry = earliestExpiry(used);
  // Nobody is to be told of the end of a certificate that nobody looks at.
  if (expiry !== undefined && options.trust !== 'unchecked')
    recorder.sample('probe_ssl_earliest_cert_expiry', expiry / 1_000);
  const fault =
    certificateFault(chain, used, verification, { ...options, name }, now) ?? agreementFault(version, cipher, options);
  if (fault) {
    await endTls(wrapped, run);
    throw new Failure(fault.reason, fault.found, fault.expected);
  }
  return { socket: wrapped, version, cipher: cipher.name, expiry: expiry ?? 0, isVerified: verification === undefined };
}

/**
 * Waits until the server has taken the certificate that we showed. By TLS 1.3 the handshake is over for us before the server
 * has looked at it: its refusal comes later, or a session ticket, or the end of the connection that we ask for.
 */
export async function acceptedByServer(socket: TLSSocket, expected: string, run: Run): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const late = () =>
    reject(new Failure('tls_timeout', `no word on the client certificate in ${sayDuration(run.timeoutMs)}`, expected));
  run.signal.addEventListener('abort', late, { once: true });
  if (run.signal.aborted) late();
  socket.once('session', () => resolve());
  socket.once('close', () => resolve());
  socket.once('error', (error) => {
    const { reason, found } = tlsFailure(error);
    // An alert is a word on it; that a server resets a connection which is over anyway is none.
    if (codeOf(error).startsWith('ERR_SSL_')) reject(new Failure(reason, found, expected, { cause: error }));
    else resolve();
  });
  socket.resume().end();
  await promise.finally(() => run.signal.removeEventListener('abort', late));
}

/** Undefined where OpenSSL has nothing against the chain. */
function verificationOf(socket: TLSSocket): Verification | undefined {
  if (socket.authorized) return undefined;
  // The type says Error; at run time it is the code as a string.
  const error: unknown = socket.authorizationError;
  const code = codeOf(error) || String(error ?? 'unknown');
  return { code, said: verifyError(socket) ?? code };
}

/** Node gives OpenSSL's words only to who lets it verify by itself. */
function verifyError(socket: TLSSocket): string | undefined {
  const { _handle: handle } = socket as { readonly _handle?: { verifyError?(): Error | null } };
  return handle?.verifyError?.()?.message;
}

function handshake(socket: TLSSocket, expected: string, run: Run): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const give = (reason: Failure['reason'], found: string, cause?: unknown) => {
    socket.destroy();
    reject(new Failure(reason, found, expected, { cause }));
  };
  const stopWaiting = whenAborted(run, () =>
    give('tls_timeout', `no end of the TLS handshake in ${sayDuration(run.timeoutMs)}`),
  );
  const closed = () => give('tls_handshake', 'a connection that was closed during the TLS handshake');
  const failed = (error: Error) => {
    // Node reports the end of the connection as a reset, and tells it from one only by its words.
    if (error.message.includes('disconnected before secure TLS')) return closed();
    const { reason, found } = tlsFailure(error);
    give(reason, found, error);
  };
  socket.once('secureConnect', resolve).once('error', failed).once('close', closed);
  return promise.finally(() => {
    stopWaiting();
    socket.off('error', failed).off('close', closed);
  });
}

/** In place of `getPeerCertificate`, for as long as only Node itself asks. */
function noCertificate(): PeerCertificate & DetailedPeerCertificate {
  return nothing;
}

const nothing = {} as PeerCertificate & DetailedPeerCertificate; // Node's own answer where there is none; its type has none.

function ignore(): void {
  // Nothing is to be done.
}

/** Only a cache: which authorities there are does not change while the process runs. */
const store = new TrustStore();

async function trustFor(options: SecureOptions, expected: string, run: Run): Promise<Trust> {
  const { caFile, clientCertFile, clientKeyFile, isLegacy } = options;
  try {
    return await store.trust(
      {
        ...(caFile !== undefined && { caFile }),
        ...(clientCertFile !== undefined && { clientCertFile }),
        ...(clientKeyFile !== undefined && { clientKeyFile }),
        ...(isLegacy && { isLegacy }),
      },
      run,
    );
  } catch (error) {
    if (!(error instanceof UnusableFile)) throw error;
    // The user's own file, not the target: it must not read as the target being down.
    throw new Failure('internal', error.message, expected, { cause: error });
  }
}
