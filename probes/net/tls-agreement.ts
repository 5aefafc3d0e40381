import type { CertificateFault } from './certificate.ts';

/** The versions of TLS, as OpenSSL and the metrics name them. */
export const tlsVersions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;
export type TlsVersion = (typeof tlsVersions)[number];

/** Whether it is one that RFC 8996 has retired. */
export function isLegacyVersion(version: TlsVersion): boolean {
  return version === 'TLSv1' || version === 'TLSv1.1';
}

/** What client and server must agree on. */
export interface AgreementDemand {
  /** One of these. */
  readonly versions?: readonly TlsVersion[];
  /** One that one of these matches. */
  readonly ciphers?: readonly CipherPattern[];
}

export interface CipherPattern {
  readonly written: string;
  readonly isExpression: boolean;
  matches(text: string): boolean;
}

/**
 * @param cipher its name in OpenSSL and in the standard: `ECDHE-RSA-AES128-GCM-SHA256`, `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256`
 */
export function agreementFault(
  version: string,
  cipher: { readonly name: string; readonly standardName: string },
  { versions, ciphers }: AgreementDemand,
): CertificateFault | undefined {
  if (versions && !versions.some((allowed) => allowed === version)) {
    return { reason: 'tls_version', found: version, expected: versions.join(' or ') };
  }
  const names = [cipher.name, cipher.standardName];
  if (ciphers && !ciphers.some((pattern) => names.some((name) => matches(pattern, name)))) {
    return {
      reason: 'tls_cipher',
      found: cipher.name,
      expected: `a cipher of ${ciphers.map(({ written }) => written).join(', ')}`,
    };
  }
  return undefined;
}

/** A name is matched as a whole: `AES128` would be a demand that much meets by accident. */
function matches(pattern: CipherPattern, name: string): boolean {
  return pattern.isExpression ? pattern.matches(name) : pattern.written === name;
}
