import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { untilAborted } from './until-aborted.ts';

/**
 * The authorities that a certificate may lead to: those that Node ships, those of the system, and those of a `ca_file`. It
 * keeps what it made of them, for parsing them takes 10 ms in which nothing else of the process runs.
 */
export class TrustStore {
  #usual: readonly string[] | undefined;
  #wellKnown: ReadonlySet<string> | undefined;
  #context: SecureContext | undefined;
  readonly #ofFile = new Map<string, { readonly text: string; readonly context: SecureContext }>();

  /** The file is read anew every time, so that a changed one needs no reload. Rejects where it cannot be used. */
  async context(caFile: string | undefined, signal: AbortSignal): Promise<SecureContext> {
    if (caFile === undefined) {
      this.#context ??= createSecureContext({ ca: [...this.#authorities()] });
      return this.#context;
    }
    const text = await untilAborted(readFile(caFile, 'utf8'), signal);
    const kept = this.#ofFile.get(caFile);
    if (kept?.text === text) return kept.context;
    // OpenSSL takes a text without any certificate for an empty list.
    if (!text.includes('-----BEGIN ')) throw new Error('no certificate in PEM form');
    const context = createSecureContext({ ca: [...this.#authorities(), text] });
    this.#ofFile.set(caFile, { text, context });
    return context;
  }

  /** Whether this is the certificate of an authority of the public web. */
  isWellKnown(fingerprint256: string): boolean {
    this.#wellKnown ??= new Set(this.#authorities().map((pem) => new X509Certificate(pem).fingerprint256));
    return this.#wellKnown.has(fingerprint256);
  }

  #authorities(): readonly string[] {
    this.#usual ??= [
      ...new Set([...getCACertificates('bundled'), ...getCACertificates('system'), ...getCACertificates('extra')]),
    ];
    return this.#usual;
  }
}
