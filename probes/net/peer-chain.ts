import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import { misnamed } from './certificate-names.ts';

/** What is said and judged of one certificate. Times in Unix milliseconds, NaN where the certificate has no date there. */
export interface CertificateFacts {
  readonly from: number;
  readonly to: number;
  /** Whom it is for and who signed it, for people. */
  readonly subject: string;
  readonly issuer: string;
  /** Hexadecimal, with its leading zeros. */
  readonly serial: string;
  readonly isSelfIssued: boolean;
  /** It says where its issuer's certificate can be had, as those of the public web do. */
  readonly saysWhereItsIssuerIs: boolean;
}

/** The certificates by which a peer shows who it is. They do not change, so that all of this is worked out once. */
export interface PeerChain {
  /**
   * Leaf first, each signed by the next. A well-known root at the end is left out: there is often another way to another
   * root, so its end is not the end of the peer's certificate. A private root stays, also where it comes from a
   * `ca_file`: for those who use it there is no other.
   */
  readonly certificates: readonly CertificateFacts[];
  /** Who signed the last certificate of the way that was sent; undefined where it ends in a root. */
  readonly nextIssuer: string | undefined;
  /** An issuer on the way to the root that was not sent and is known here all the same, by a `ca_file`. */
  readonly omitted: string | undefined;
  /** What the leaf is for, where that is not this name; undefined where it is. */
  misnamed(name: string): string | undefined;
}

/** What a chain is completed and cut short with. */
export interface Authorities {
  /** Of a `ca_file`. */
  readonly own: readonly X509Certificate[];
  isWellKnown(fingerprint256: string): boolean;
}

/** Remembers the chains that were seen, by the fingerprints of what was sent. */
export class PeerChains {
  readonly #authorities: Authorities;
  readonly #seen = new Map<string, PeerChain>();

  constructor(authorities: Authorities) {
    this.#authorities = authorities;
  }

  /** Once for each connection: Node takes the chain out of the connection to show it. Undefined where none was sent. */
  of(socket: TLSSocket): PeerChain | undefined {
    const sent: X509Certificate[] = [];
    // The way of `getPeerCertificate(true)` takes four times as long, for each certificate becomes many texts.
    for (let next = socket.getPeerX509Certificate(); next; next = next.issuerCertificate) sent.push(next);
    const [leaf] = sent;
    if (!leaf) return undefined;
    // Of one length all, so that no two lists read alike.
    const key = sent.map(({ fingerprint256 }) => fingerprint256).join();
    const known = this.#seen.get(key);
    if (known) return known;
    if (this.#seen.size >= mostSeen) this.#seen.clear();
    const chain = peerChain(leaf, sent, this.#authorities);
    this.#seen.set(key, chain);
    return chain;
  }
}

const mostSeen = 20_000;

function peerChain(leaf: X509Certificate, sent: readonly X509Certificate[], authorities: Authorities): PeerChain {
  const way = wayFrom(leaf, sent);
  const last = way.at(-1) ?? leaf;
  const whole = wayFrom(leaf, [...sent, ...authorities.own]);
  const omitted = whole.slice(way.length).find((certificate) => !isSelfIssued(certificate));
  const root = whole.at(-1);
  const cut = whole.length > 1 && root && authorities.isWellKnown(root.fingerprint256) ? whole.slice(0, -1) : whole;
  const names = { alternative: leaf.subjectAltName, commonName: commonNameOf(leaf.subject) };
  const judged = new Map<string, string | undefined>();
  return {
    certificates: cut.map(factsOf),
    nextIssuer: isSelfIssued(last) ? undefined : nameOf(last.issuer),
    omitted: omitted && nameOf(omitted.subject),
    misnamed(name) {
      if (!judged.has(name)) judged.set(name, misnamed(names, name));
      return judged.get(name);
    },
  };
}

/** The certificate, its issuer, and so on, as far as they are at hand. */
function wayFrom(leaf: X509Certificate, atHand: readonly X509Certificate[]): readonly X509Certificate[] {
  const way = [leaf];
  for (;;) {
    const last = way.at(-1);
    if (!last || isSelfIssued(last)) return way;
    const rest = atHand.filter(({ fingerprint256 }) => way.every((seen) => seen.fingerprint256 !== fingerprint256));
    const issuer = issuerAmong(last, rest);
    if (!issuer) return way;
    way.push(issuer);
  }
}

function issuerAmong(certificate: X509Certificate, among: readonly X509Certificate[]): X509Certificate | undefined {
  return among.find((other) => certificate.checkIssued(other));
}

function isSelfIssued(certificate: X509Certificate): boolean {
  return certificate.subject === certificate.issuer;
}

function factsOf(certificate: X509Certificate): CertificateFacts {
  return {
    // Not by `validToDate`: of bytes that are no date it makes one by chance; the text then says `Bad time value`.
    from: Date.parse(certificate.validFrom),
    to: Date.parse(certificate.validTo),
    subject: nameOf(certificate.subject),
    issuer: nameOf(certificate.issuer),
    serial: certificate.serialNumber.toLowerCase(),
    isSelfIssued: isSelfIssued(certificate),
    saysWhereItsIssuerIs: certificate.infoAccess?.includes('CA Issuers') ?? false,
  };
}

/** The common name, else the organization, of a distinguished name as OpenSSL writes it: one part a line. */
function nameOf(distinguishedName: string | undefined): string {
  const { CN, O } = named(distinguishedName);
  return [CN, O].flat().find((name) => name) ?? 'an unnamed subject';
}

function commonNameOf(distinguishedName: string | undefined): string | undefined {
  return [named(distinguishedName).CN].flat().at(-1);
}

function named(distinguishedName: string | undefined): Record<string, string | string[]> {
  const parts: Record<string, string[]> = Object.create(null);
  for (const line of distinguishedName?.split('\n') ?? []) {
    const [key = '', value = ''] = line.split(/=(.*)/s);
    parts[key] ??= [];
    parts[key].push(value);
  }
  return Object.fromEntries(
    Object.entries(parts).map(([key, values]) => [key, values.length === 1 ? (values[0] ?? '') : values]),
  );
}
