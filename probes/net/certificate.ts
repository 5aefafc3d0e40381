import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import { sayDuration } from '../../stack/duration.ts';
import type { Reason } from '../../stack/reasons.ts';

/** The certificates that a peer sent, leaf first. */
export function chainOf(socket: TLSSocket): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.fingerprint256 && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    chain.push(certificate);
    certificate = certificate.issuerCertificate;
  }
  return chain;
}

/** When the first certificate of the chain expires, Unix milliseconds; undefined when the peer sent none. */
export function earliestExpiry(chain: readonly DetailedPeerCertificate[]): number | undefined {
  return chain.length === 0 ? undefined : Math.min(...chain.map((certificate) => Date.parse(certificate.valid_to)));
}

export interface CertificateFault {
  readonly reason: Reason;
  readonly found: string;
  readonly expected: string;
}

export interface CertificateDemand {
  /** The name that the certificate must be for. */
  readonly name: string;
  readonly trust: 'chain' | 'any';
  readonly validForMs?: number;
}

/**
 * What is wrong with the certificate, the gravest first: dates before names before trust, because an expired certificate
 * is what it is, whoever signed it.
 * @param verification Node's own verdict, `socket.authorizationError`: a code of OpenSSL, or undefined
 * @param now Unix milliseconds
 */
export function certificateFault(
  chain: readonly DetailedPeerCertificate[],
  verification: string | undefined,
  nameError: Error | undefined,
  demand: CertificateDemand,
  now: number,
): CertificateFault | undefined {
  const expected = `a valid certificate for ${demand.name}`;
  if (chain.length === 0) return { reason: 'tls_handshake', found: 'no certificate', expected };
  for (const certificate of chain) {
    const from = Date.parse(certificate.valid_from);
    const to = Date.parse(certificate.valid_to);
    const who = commonName(certificate);
    if (to <= now) {
      return {
        reason: 'certificate_expired',
        found: `the certificate of ${who} expired ${sayDuration(now - to)} ago (${day(to)})`,
        expected,
      };
    }
    if (from > now) {
      return {
        reason: 'certificate_not_yet_valid',
        found: `the certificate of ${who} is valid only from ${day(from)}`,
        expected,
      };
    }
  }
  if (nameError) {
    const names = chain[0]?.subjectaltname?.replaceAll(/(DNS|IP Address):/g, '') ?? commonName(chain[0]);
    return { reason: 'certificate_name', found: `a certificate for ${names}`, expected };
  }
  if (verification && demand.trust === 'chain' && verification !== 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return {
      reason: 'certificate_untrusted',
      found: `a certificate that is not trusted (${trustWords(verification)})`,
      expected,
    };
  }
  const soonest = earliestExpiry(chain) ?? 0;
  if (demand.validForMs !== undefined && soonest - now < demand.validForMs) {
    return {
      reason: 'certificate_expiring',
      found: `a certificate that expires in ${sayDuration(soonest - now)} (${day(soonest)})`,
      expected: `one valid for ${sayDuration(demand.validForMs)} more`,
    };
  }
  return undefined;
}

export function commonName(certificate: DetailedPeerCertificate | undefined): string {
  const { CN, O } = certificate?.subject ?? {};
  return [CN, O].flat().find((name) => name) ?? 'an unnamed subject';
}

function day(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** OpenSSL's codes that an operator meets, in words; the others as they are. */
function trustWords(code: string): string {
  const words: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
    UNABLE_TO_GET_ISSUER_CERT: 'the chain is incomplete',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here or the chain is incomplete',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here or the chain is incomplete',
  };
  return words[code] ?? code;
}
