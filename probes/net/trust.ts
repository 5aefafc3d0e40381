import { constants, createHash, X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { codeOf } from './failure.ts';
import { PeerChains } from './peer-chain.ts';
import { opensslWords } from './tls-failure.ts';
import { untilAborted } from './until-aborted.ts';

/** What is shown to a peer and what it is trusted by: paths of PEM files. */
export interface Credentials {
  readonly caFile?: string;
  readonly clientCertFile?: string;
  readonly clientKeyFile?: string;
  /** Takes what today's clients refuse: TLS 1.0 and 1.1, short keys, SHA-1, no secure renegotiation. */
  readonly isLegacy?: boolean;
}

/** What a handshake needs, made once for all who have the same files. */
export interface Trust {
  readonly context: SecureContext;
  readonly chains: PeerChains;
}

/** A file of the user's that cannot be used. Its message says which, and why. */
export class UnusableFile extends Error {}

/**
 * The authorities that a certificate may lead to: those that Node ships, those of the system, and those of a `ca_file`; and
 * the certificates that we show. It keeps what it made of them, for that takes 10 ms in which nothing else of the process
 * runs, and reads a file once a second at most, however many probes name it.
 */
export class TrustStore {
  readonly #now: () => number;
  #usual: readonly string[] | undefined;
  #wellKnown: ReadonlySet<string> | undefined;
  readonly #kept = new Map<string, { readonly texts: string; readonly trust: Trust; readonly freshUntil: number }>();
  readonly #files = new Map<string, { readonly readAt: number; readonly text: Promise<string> }>();
  #plain: Trust | undefined;

  /** @param now milliseconds that only go forward */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * A changed file needs no reload: it is seen within a second. Rejects with `UnusableFile`.
   * @param run whose signal ends the reading; it is not asked for one where nothing has to be read
   */
  async trust(credentials: Credentials, run: { readonly signal: AbortSignal }): Promise<Trust> {
    const { caFile, clientCertFile, clientKeyFile, isLegacy = false } = credentials;
    if (caFile === undefined && clientCertFile === undefined && !isLegacy) {
      this.#plain ??= this.#make([], { ca: [...this.#authorities()] });
      return this.#plain;
    }
    const name = JSON.stringify([caFile, clientCertFile, clientKeyFile, isLegacy]);
    const kept = this.#kept.get(name);
    // Nobody waits for, or compares, what was read less than a second ago.
    if (kept && this.#now() < kept.freshUntil) return kept.trust;
    // One after the other, so that of several bad files the first is named.
    const { signal } = run;
    const ca = await this.#read('ca_file', caFile, signal);
    const cert = await this.#read('client_cert_file', clientCertFile, signal);
    const key = await this.#read('client_key_file', clientKeyFile, signal);
    const texts = JSON.stringify([ca, cert, key]);
    const freshUntil = this.#freshUntil([caFile, clientCertFile, clientKeyFile]);
    const before = this.#kept.get(name);
    if (before?.texts === texts) {
      this.#kept.set(name, { ...before, freshUntil });
      return before.trust;
    }
    const trust = this.#make(ca === undefined ? [] : this.#certificatesIn(ca, caFile), {
      ca: [...this.#authorities(), ...(ca === undefined ? [] : [ca])],
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
      // OpenSSL 3 has moved these versions, and what they can agree on, below its usual level.
      ...(isLegacy && {
        minVersion: 'TLSv1' as const,
        ciphers: legacyCiphers,
        secureOptions: constants.SSL_OP_LEGACY_SERVER_CONNECT,
      }),
    });
    this.#kept.set(name, { texts, trust, freshUntil });
    return trust;
  }

  /** When the first of these files has to be read again. */
  #freshUntil(paths: readonly (string | undefined)[]): number {
    const readAt = paths.map((path) => (path === undefined ? undefined : this.#files.get(path)?.readAt));
    return Math.min(...readAt.filter((at) => at !== undefined)) + freshMs;
  }

  /** Whether this is the certificate of an authority of the public web. */
  isWellKnown(fingerprint256: string): boolean {
    this.#wellKnown ??= new Set(this.#authorities().map(fingerprintOf));
    return this.#wellKnown.has(fingerprint256);
  }

  #make(own: readonly X509Certificate[], options: Parameters<typeof createSecureContext>[0]): Trust {
    const chains = new PeerChains({ own, isWellKnown: (fingerprint) => this.isWellKnown(fingerprint) });
    try {
      return { context: createSecureContext({ ecdhCurve: groups, ...options }), chains };
    } catch (error) {
      // What else is in the options was used before, or is read below.
      throw new UnusableFile(`client certificate and key that cannot be used (${why(error)})`, {
        cause: error,
      });
    }
  }

  async #read(option: string, path: string | undefined, signal: AbortSignal): Promise<string | undefined> {
    if (path === undefined) return undefined;
    const now = this.#now();
    let file = this.#files.get(path);
    if (!file || now - file.readAt >= freshMs) {
      file = { readAt: now, text: readFile(path, 'utf8') };
      this.#files.set(path, file);
    }
    try {
      const text = await untilAborted(file.text, signal);
      // OpenSSL takes a text without any certificate for an empty list.
      if (!text.includes('-----BEGIN ')) throw new Error('no PEM');
      return text;
    } catch (error) {
      const why = signal.aborted ? 'not read in time' : codeOf(error) || 'not PEM';
      throw new UnusableFile(`a ${option} that cannot be used: ${path} (${why})`, { cause: error });
    }
  }

  #certificatesIn(text: string, path: string | undefined): readonly X509Certificate[] {
    try {
      const pems = text.match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END [A-Z0-9 ]+-----/g) ?? [];
      return pems.map((pem) => new X509Certificate(pem));
    } catch (error) {
      throw new UnusableFile(`a ca_file that cannot be used: ${path} (not PEM)`, { cause: error });
    }
  }

  #authorities(): readonly string[] {
    this.#usual ??= [
      ...new Set([...getCACertificates('bundled'), ...getCACertificates('system'), ...getCACertificates('extra')]),
    ];
    return this.#usual;
  }
}

function why(error: unknown): string {
  const code = codeOf(error);
  return opensslWords(code) ?? (code || 'not PEM');
}

const freshMs = 1_000;

/** Where none of TLS 1.3 stands here, Node does not offer that version. */
const legacyCiphers = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:DEFAULT:@SECLEVEL=0';

/**
 * OpenSSL's own list without the hybrid of X25519 and ML-KEM, whose key it would make for every handshake: an eighth of what one
 * costs on our side, and more on the target's.
 */
const groups = 'X25519:P-256:P-384:P-521:X448:ffdhe2048:ffdhe3072';

/** As OpenSSL writes it, of what stands between the lines of a PEM text. To parse the certificates would take 40 ms. */
function fingerprintOf(pem: string): string {
  const der = Buffer.from(pem.replace(/-----[^-]*-----/g, ''), 'base64');
  return createHash('sha256')
    .update(der)
    .digest('hex')
    .toUpperCase()
    .replace(/(..)(?=.)/g, '$1:');
}
