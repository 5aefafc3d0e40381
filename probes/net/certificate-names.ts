import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';

/** The names that stand in a certificate. */
export interface CertificateNames {
  /** Those of the extension subjectAltName, as OpenSSL writes them: `DNS:example.org, IP Address:10.0.0.7`. */
  readonly alternative: string | undefined;
  readonly commonName: string | undefined;
}

/**
 * What a certificate is for, where that is not the host: `for other.example`. Undefined where it is for the host. As browsers, Go
 * and RFC 9525 have it, and Node has not: the common name counts for nothing, and a `*` stands for a whole label.
 * @param host without a final dot
 */
export function misnamed({ alternative, commonName }: CertificateNames, host: string): string | undefined {
  const names = listed(alternative);
  const partial = isIP(host) ? [] : names.filter((name) => isPartialWildcard.test(name));
  if (isFor(without(partial, alternative), host)) return undefined;
  const wildcard = partial.find((name) => isFor(`DNS:${name}`, host));
  if (wildcard !== undefined) return `that names ${host} only by ${wildcard}, a wildcard for a part of a label`;
  if (names.includes(host)) return `that names ${host} only as a DNS name, not as an address`;
  if (commonName !== undefined && (commonName === host || isFor(`DNS:${commonName}`, host))) {
    return `that names ${host} only as its common name${commonName === host ? '' : `, ${commonName}`}`;
  }
  if (names.length === 0) return commonName === undefined ? 'without a name' : `for ${commonName}, its common name`;
  // Of many, the first.
  return `for ${names.length > 3 ? `${names.slice(0, 3).join(', ')} and ${names.length - 3} more` : names.join(', ')}`;
}

const isPartialWildcard = /^(?!\*\.)[^.]*\*/;

function listed(alternative: string | undefined): readonly string[] {
  return alternative?.split(', ').map((name) => name.replace(/^(?:DNS|IP Address):/, '')) ?? [];
}

function without(names: readonly string[], alternative: string | undefined): string | undefined {
  if (names.length === 0) return alternative;
  return alternative
    ?.split(', ')
    .filter((entry) => !names.includes(entry.replace(/^DNS:/, '')))
    .join(', ');
}

function isFor(alternative: string | undefined, host: string): boolean {
  try {
    // Without a subject, whose common name Node would fall back on.
    const certificate = { subject: {}, subjectaltname: alternative } as unknown as PeerCertificate;
    return checkServerIdentity(host, certificate) === undefined;
  } catch {
    // A name with a quote in it, which Node cannot read, is that of no host.
    return false;
  }
}
