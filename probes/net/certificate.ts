import { type Certificate, checkServerIdentity, type DetailedPeerCertificate, type TLSSocket } from 'node:tls';
import { sayDuration } from '../../stack/duration.ts';
import type { Reason } from '../../stack/reasons.ts';

/**
 * The certificates that a peer sent, leaf first. A well-known root at the end is left out: Node adds it where the peer
 * did not send it, and there is often another way to another root, so its end is not the end of the peer's certificate. A
 * private root stays: for those who use it there is no other.
 */
export function chainOf(
  socket: TLSSocket,
  isWellKnown: (fingerprint256: string) => boolean,
): readonly DetailedPeerCertificate[] {
  const chain: DetailedPeerCertificate[] = [];
  const seen = new Set<string>();
  let certificate: DetailedPeerCertificate | undefined = socket.getPeerCertificate(true);
  while (certificate?.fingerprint256 && !seen.has(certificate.fingerprint256)) {
    seen.add(certificate.fingerprint256);
    chain.push(certificate);
    certificate = certificate.issuerCertificate;
  }
  const last = chain.at(-1);
  return chain.length > 1 && last && isWellKnown(last.fingerprint256) ? chain.slice(0, -1) : chain;
}

/**
 * The chain without what it does without: where OpenSSL found a way to a trusted authority, an issuer out of date lies
 * beside that way (an old cross-signed one, as half the web sent in 2021) and hurts nobody.
 * @param verification OpenSSL's code, undefined where it found a way
 */
export function inUse(
  chain: readonly DetailedPeerCertificate[],
  verification: string | undefined,
  now: number,
): readonly DetailedPeerCertificate[] {
  if (verification !== undefined) return chain;
  return chain.filter((certificate, i) => i === 0 || dateFault(certificate, '', now) === undefined);
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
 * @param chain what is in use of it
 * @param verification OpenSSL's code, undefined where the chain leads to a trusted authority
 * @param now Unix milliseconds
 */
export function certificateFault(
  chain: readonly DetailedPeerCertificate[],
  verification: string | undefined,
  demand: CertificateDemand,
  now: number,
): CertificateFault | undefined {
  const expected = `a valid certificate for ${demand.name}`;
  const [leaf] = chain;
  if (!leaf) return { reason: 'tls_handshake', found: 'no certificate', expected };
  for (const certificate of chain) {
    const fault = dateFault(
      certificate,
      certificate === leaf ? 'a certificate' : `an issuer, ${nameOf(certificate)},`,
      now,
    );
    if (fault) return { ...fault, expected };
  }
  const nameError = checkServerIdentity(demand.name, leaf);
  if (nameError) return { reason: 'certificate_name', found: `a certificate for ${namesOf(leaf)}`, expected };
  if (verification !== undefined && demand.trust === 'chain') {
    return { ...trustFault(verification), expected };
  }
  const soonest = earliestExpiry(chain) ?? 0;
  if (demand.validForMs !== undefined && soonest - now < demand.validForMs) {
    return {
      reason: 'certificate_expiring',
      found: `a certificate that expires in ${sayDuration(soonest - now)} (${minute(soonest)})`,
      expected: `a certificate valid for ${sayDuration(demand.validForMs)} more`,
    };
  }
  return undefined;
}

/** One certificate in one line, for the account of a run. */
export function certificateWords(certificate: DetailedPeerCertificate): string {
  const [from, to] = [certificate.valid_from, certificate.valid_to].map((date) => minute(Date.parse(date)));
  return `certificate of ${nameOf(certificate)} by ${subjectName(certificate.issuer)}, valid ${from} to ${to}`;
}

function dateFault(
  certificate: DetailedPeerCertificate,
  who: string,
  now: number,
): Omit<CertificateFault, 'expected'> | undefined {
  const [from, to] = [Date.parse(certificate.valid_from), Date.parse(certificate.valid_to)];
  if (to <= now) {
    return { reason: 'certificate_expired', found: `${who} that expired ${sayDuration(now - to)} ago (${minute(to)})` };
  }
  if (from > now)
    return { reason: 'certificate_not_yet_valid', found: `${who} that is valid only from ${minute(from)}` };
  return undefined;
}

/** OpenSSL's codes that an operator meets, in words; the others as they are. */
function trustFault(code: string): Omit<CertificateFault, 'expected'> {
  if (code === 'CERT_HAS_EXPIRED') {
    return { reason: 'certificate_expired', found: 'a certificate whose authority has expired' };
  }
  const words: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
    UNABLE_TO_GET_ISSUER_CERT: 'the chain is incomplete',
    UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its authority is not known here, or the chain is incomplete',
    UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its authority is not known here, or the chain is incomplete',
  };
  return { reason: 'certificate_untrusted', found: `a certificate that is not trusted: ${words[code] ?? code}` };
}

/** The names that a certificate is for; of many, the first. */
function namesOf(certificate: DetailedPeerCertificate): string {
  const names = certificate.subjectaltname?.split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/, ''));
  if (!names) return nameOf(certificate);
  return names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ');
}

function nameOf(certificate: DetailedPeerCertificate): string {
  return subjectName(certificate.subject);
}

function subjectName(subject: Partial<Pick<Certificate, 'CN' | 'O'>> | undefined): string {
  return [subject?.CN, subject?.O].flat().find((name) => name) ?? 'an unnamed subject';
}

function minute(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
