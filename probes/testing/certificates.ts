import 'reflect-metadata'; // the certificate library's container asks for it
import { webcrypto } from 'node:crypto';
import {
  AuthorityInfoAccessExtension,
  BasicConstraintsExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  type X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

export { Extension };

/** PEM texts, as `tls.createServer` takes them. */
export interface Identity {
  readonly key: string;
  readonly cert: string;
}

export interface Authority {
  /** PEM of the authority's own certificate. */
  readonly ca: string;
  readonly subject: string;
  readonly publicKey: webcrypto.CryptoKey;
  issue(options: CertificateOptions): Promise<Identity>;
  /** PEM of a certificate for another authority, which so gets a second way to be trusted. */
  crossSign(other: Authority, dates: Pick<CertificateOptions, 'notBefore' | 'notAfter'>): Promise<string>;
}

export interface CertificateOptions {
  /** DNS names and IP addresses that the certificate is for; `DNS:10.0.0.7` is an address that stands there as a name. Of none it has only its common name. */
  readonly names: readonly string[];
  /** Default: the first of the names. */
  readonly commonName?: string;
  /** Unix milliseconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Where the issuer's certificate can be had, which every certificate of the public web says. */
  readonly issuerUrl?: string;
  /** `weak`: RSA of 1024 bits. */
  readonly key?: 'weak';
  /** Of the signature. */
  readonly hash?: 'SHA-1';
  /** Besides those that the other options make. */
  readonly extensions?: readonly Extension[];
}

/** What is unusual about an authority. */
export interface AuthorityOptions {
  /** `weak`: RSA of 1024 bits. */
  readonly key?: 'weak';
  readonly extensions?: readonly Extension[];
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const weakAlgorithm = {
  name: 'RSASSA-PKCS1-v1_5',
  modulusLength: 1_024,
  publicExponent: new Uint8Array([1, 0, 1]),
  hash: 'SHA-256',
} as const;
const dayMs = 86_400_000;

/** A certificate authority of a test's or the demo's own; it lives as long as the returned value. */
export async function createAuthority(name: string, now: number, options: AuthorityOptions = {}): Promise<Authority> {
  const keys = await newKeys(options.key);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: `CN=${name}`,
    keys,
    notBefore: new Date(now - 3_650 * dayMs),
    notAfter: new Date(now + 3_650 * dayMs),
    signingAlgorithm: signing(keys.privateKey),
    extensions: [...authorityExtensions(), ...(options.extensions ?? [])],
  });
  return {
    ca: certificate.toString('pem'),
    subject: certificate.subject,
    publicKey: keys.publicKey,
    issue: (options) => issue(certificate, keys.privateKey, options),
    crossSign: async (other, { notBefore, notAfter }) => {
      const crossSigned = await X509CertificateGenerator.create({
        serialNumber: serial(),
        subject: other.subject,
        issuer: certificate.subject,
        publicKey: other.publicKey,
        signingKey: keys.privateKey,
        notBefore: begins(notBefore),
        notAfter: new Date(notAfter),
        signingAlgorithm: signing(keys.privateKey),
        extensions: authorityExtensions(),
      });
      return crossSigned.toString('pem');
    },
  };
}

/**
 * OpenSSL goes by the time of the machine, and the unit tests move `Date` eight days ahead of it (`test/support/moved-date.ts`). A certificate that
 * is valid already begins ten days earlier, so that it is valid for OpenSSL as well.
 */
function begins(notBefore: number): Date {
  return new Date(notBefore <= Date.now() ? notBefore - 10 * dayMs : notBefore);
}

function authorityExtensions() {
  return [
    new BasicConstraintsExtension(true, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
  ];
}

/** A certificate for `localhost` that nobody but itself signed. */
export async function selfSigned(): Promise<Identity> {
  const keys = await newKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: 'CN=localhost',
    keys,
    notBefore: begins(Date.now() - dayMs),
    notAfter: new Date(Date.now() + 90 * dayMs),
    signingAlgorithm: algorithm,
    extensions: [new SubjectAlternativeNameExtension([{ type: 'dns', value: 'localhost' }])],
  });
  return { key: await pemKey(keys.privateKey), cert: certificate.toString('pem') };
}

async function issue(
  authority: X509Certificate,
  signingKey: webcrypto.CryptoKey,
  options: CertificateOptions,
): Promise<Identity> {
  const keys = await newKeys(options.key);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: `CN=${options.commonName ?? options.names[0] ?? 'unnamed'}`,
    issuer: authority.subject,
    publicKey: keys.publicKey,
    signingKey,
    notBefore: begins(options.notBefore),
    notAfter: new Date(options.notAfter),
    signingAlgorithm: signing(signingKey, options.hash),
    extensions: [
      ...alternativeNames(options.names),
      ...(options.issuerUrl === undefined
        ? []
        : [new AuthorityInfoAccessExtension({ caIssuers: [options.issuerUrl] })]),
      ...(options.extensions ?? []),
    ],
  });
  return { key: await pemKey(keys.privateKey), cert: certificate.toString('pem') };
}

function alternativeNames(names: readonly string[]): readonly Extension[] {
  if (names.length === 0) return [];
  const typed = names.map((value) => {
    const [, dns] = /^DNS:(.*)$/.exec(value) ?? [];
    if (dns !== undefined) return { type: 'dns' as const, value: dns };
    return { type: /^[\d.]+$|:/.test(value) ? ('ip' as const) : ('dns' as const), value };
  });
  return [new SubjectAlternativeNameExtension(typed)];
}

function signing(key: webcrypto.CryptoKey, hash: 'SHA-1' | 'SHA-256' = 'SHA-256') {
  return { name: key.algorithm.name, hash };
}

/** RFC 5280, section 4.2.1.10: a subtree, by its DNS name. */
export function nameConstraints(kind: 'permitted' | 'excluded', domain: string): Extension {
  const name = Buffer.from(domain);
  const subtree = Buffer.from([0x30, name.length + 2, 0x82, name.length, ...name]);
  const subtrees = Buffer.from([kind === 'permitted' ? 0xa0 : 0xa1, subtree.length, ...subtree]);
  return new Extension('2.5.29.30', true, Buffer.from([0x30, subtrees.length, ...subtrees]));
}

async function pemKey(key: webcrypto.CryptoKey): Promise<string> {
  const pkcs8 = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', key)).toString('base64');
  const lines = pkcs8.match(/.{1,64}/g) ?? [];
  return `-----BEGIN PRIVATE KEY-----\n${lines.join('\n')}\n-----END PRIVATE KEY-----\n`;
}

function newKeys(key?: 'weak') {
  return key === 'weak'
    ? webcrypto.subtle.generateKey(weakAlgorithm, true, ['sign', 'verify'])
    : webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

function serial(): string {
  // Positive and not zero (RFC 5280, section 4.1.2.2).
  return `01${Buffer.from(webcrypto.getRandomValues(new Uint8Array(15))).toString('hex')}`;
}
