import { sayDuration } from '../../stack/duration.ts';
import type { Reason } from '../../stack/reasons.ts';
import type { CertificateFacts, PeerChain } from './peer-chain.ts';

/**
 * The chain without what it does without: where OpenSSL found a way to a trusted authority, an issuer out of date lies
 * beside that way (an old cross-signed one, as half the web sent in 2021) and hurts nobody.
 * @param verification undefined where OpenSSL found a way
 */
export function inUse(
  chain: readonly CertificateFacts[],
  verification: Verification | undefined,
  now: number,
): readonly CertificateFacts[] {
  if (verification !== undefined || chain.every(({ from, to }) => from <= now && now < to)) return chain;
  return chain.filter((certificate, i) => i === 0 || dateFault(certificate, '', now) === undefined);
}

/** When the first certificate expires, Unix milliseconds; undefined when there is none. */
export function earliestExpiry(chain: readonly CertificateFacts[]): number | undefined {
  const known = chain.map(({ to }) => to).filter((to) => !Number.isNaN(to));
  return known.length === 0 ? undefined : Math.min(...known);
}

/** What OpenSSL has against a chain. */
export interface Verification {
  /** Node's: `CERT_HAS_EXPIRED`; `UNSPECIFIED` for half of what there is. */
  readonly code: string;
  /** OpenSSL's own words. */
  readonly said: string;
}

export interface CertificateFault {
  readonly reason: Reason;
  readonly found: string;
  readonly expected: string;
}

export interface CertificateDemand {
  /** The name that the certificate must be for. */
  readonly name: string;
  /** `any` leaves out who signed it; `unchecked` looks at nothing, as `sslmode=require` of PostgreSQL's clients does. */
  readonly trust: 'chain' | 'any' | 'unchecked';
  readonly validForMs?: number;
  /** The peer must send every certificate up to the one that a root signed, also where one is known here without it. */
  readonly completeChain?: boolean;
}

/**
 * What is wrong with the certificate, the gravest first: dates before names before trust, because an expired certificate
 * is what it is, whoever signed it.
 * @param used what is in use of the chain
 * @param verification undefined where the chain leads to a trusted authority
 * @param now Unix milliseconds
 */
export function certificateFault(
  chain: PeerChain | undefined,
  used: readonly CertificateFacts[],
  verification: Verification | undefined,
  demand: CertificateDemand,
  now: number,
): CertificateFault | undefined {
  const expected = `a valid certificate for ${demand.name}`;
  if (demand.trust === 'unchecked') return undefined;
  const [leaf] = used;
  if (!chain || !leaf) return { reason: 'tls_handshake', found: 'no certificate', expected };
  for (const certificate of used) {
    const who = certificate === leaf ? 'a certificate' : `an issuer, ${certificate.subject},`;
    const fault = dateFault(certificate, who, now);
    if (fault) return { ...fault, expected };
  }
  const misnamed = chain.misnamed(demand.name);
  if (misnamed !== undefined) return { reason: 'certificate_name', found: `a certificate ${misnamed}`, expected };
  if (demand.trust === 'chain' && verification !== undefined) {
    return { ...trustFault(verification, chain), expected };
  }
  if (demand.completeChain && chain.omitted !== undefined) {
    return {
      reason: 'certificate_chain',
      found: `a chain without ${chain.omitted}`,
      expected: 'every certificate but the root',
    };
  }
  const soonest = earliestExpiry(used) ?? 0;
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
export function certificateWords({ subject, issuer, from, to }: CertificateFacts): string {
  return `certificate of ${subject} by ${issuer}, valid ${minute(from)} to ${minute(to)}`;
}

/** What tells a certificate from the one that it replaces. */
export function certificateTrait(certificate: CertificateFacts): string {
  const known = traits.get(certificate);
  if (known !== undefined) return known;
  const trait = `${certificate.serial} by ${certificate.issuer}, valid to ${minute(certificate.to)}`;
  traits.set(certificate, trait);
  return trait;
}

/** Said at every run of what does not change. */
const traits = new WeakMap<CertificateFacts, string>();

function dateFault(
  { from, to }: CertificateFacts,
  who: string,
  now: number,
): Omit<CertificateFault, 'expected'> | undefined {
  if (Number.isNaN(from) || Number.isNaN(to)) {
    return { reason: 'certificate_untrusted', found: `${who} with a date that cannot be read` };
  }
  if (to <= now) {
    return { reason: 'certificate_expired', found: `${who} that expired ${sayDuration(now - to)} ago (${minute(to)})` };
  }
  if (from > now)
    return { reason: 'certificate_not_yet_valid', found: `${who} that is valid only from ${minute(from)}` };
  return undefined;
}

/** OpenSSL's codes of a certificate whose issuer it could not find. */
const noIssuer: ReadonlySet<string> = new Set([
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** What an operator meets every day, in words; the rest in those of OpenSSL, which say more than its codes do. */
function trustFault({ code, said }: Verification, chain: PeerChain): Omit<CertificateFault, 'expected'> {
  if (code === 'CERT_HAS_EXPIRED') {
    return { reason: 'certificate_expired', found: 'a certificate whose authority has expired' };
  }
  if (noIssuer.has(code)) return issuerFault(chain);
  const words: Readonly<Record<string, string>> = {
    DEPTH_ZERO_SELF_SIGNED_CERT: 'it is self-signed',
    SELF_SIGNED_CERT_IN_CHAIN: 'its authority is not known here',
  };
  return { reason: 'certificate_untrusted', found: `a certificate that is not trusted: ${words[code] ?? said}` };
}

/**
 * A missing intermediate and an authority that is not known here look alike to who verifies. A leaf of the public web is
 * never signed by a root, and says where its issuer's certificate can be had: where such a one comes alone, the issuer was
 * forgotten.
 */
function issuerFault({ certificates, nextIssuer }: PeerChain): Omit<CertificateFault, 'expected'> {
  const [leaf] = certificates;
  if (certificates.length === 1 && leaf?.saysWhereItsIssuerIs) {
    return { reason: 'certificate_chain', found: `a certificate without that of its issuer, ${nextIssuer}` };
  }
  const words = 'its authority is not known here, or the chain is incomplete';
  return { reason: 'certificate_untrusted', found: `a certificate that is not trusted: ${words}` };
}

/** A peer may send what is no date at all. */
function minute(ms: number): string {
  if (Number.isNaN(ms)) return 'a date that cannot be read';
  return `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
