import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { startTlsPeer } from '../../net/peers-for-test.ts';
import {
  type Authority,
  type AuthorityOptions,
  type CertificateOptions,
  createAuthority,
  Extension,
  nameConstraints,
} from '../../testing/certificates.ts';
import { attempt, judgement } from '../attempt-for-test.ts';
import { tls } from './tls.ts';

const now = Date.now();
const dates = { notBefore: now - 86_400_000, notAfter: now + 90 * 86_400_000 };
const folder = mkdtempSync(join(tmpdir(), 'watchpost-judged-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
/** What a probe of `localhost` finds of a certificate whose authority it trusts. */
async function judged(
  certificate: Partial<CertificateOptions>,
  { authority: about = {}, host = 'localhost', by }: Options = {},
): Promise<string> {
  const authority = await createAuthority('root', now, about);
  const signer = by ? await by(authority) : { authority, behind: '' };
  const identity = await signer.authority.issue({ names: ['localhost'], ...dates, ...certificate });
  const caFile = join(folder, `${files++}.pem`);
  writeFileSync(caFile, authority.ca);
  await using peer = await startTlsPeer({
    key: identity.key,
    cert: `${identity.cert}\n${signer.behind}`,
    // A server of the time in which such certificates were made.
    ciphers: 'DEFAULT:@SECLEVEL=0',
  });
  const overrides = new Map([[host, '127.0.0.1']]);
  return judgement(await attempt(tls, `${host}:${peer.port}`, { ca_file: caFile }, { overrides }));
}

interface Options {
  readonly authority?: AuthorityOptions;
  readonly host?: string;
  readonly by?: (root: Authority) => Promise<{ readonly authority: Authority; readonly behind: string }>;
}

const clientsOnly = new Extension('2.5.29.37', false, Buffer.from('300a06082b06010505070302', 'hex'));

describe('names', () => {
  const cases: readonly {
    readonly name: string;
    readonly certificate: Partial<CertificateOptions>;
    readonly host?: string;
    readonly found?: string;
  }[] = [
    {
      name: 'a common name and no other is not looked at (RFC 9525)',
      certificate: { names: [], commonName: 'localhost' },
      found: 'a certificate that names localhost only as its common name',
    },
    {
      name: 'nor is it beside addresses',
      certificate: { names: ['10.0.0.7'], commonName: 'localhost' },
      found: 'a certificate that names localhost only as its common name',
    },
    {
      name: 'nor where it is a wildcard',
      certificate: { names: [], commonName: '*.example.com' },
      host: 'www.example.com',
      found: 'a certificate that names www.example.com only as its common name, *.example.com',
    },
    {
      name: 'nor where it is an address',
      certificate: { names: [], commonName: '127.0.0.1' },
      host: '127.0.0.1',
      found: 'a certificate that names 127.0.0.1 only as its common name',
    },
    {
      name: 'another common name',
      certificate: { names: [], commonName: 'other.example.com' },
      found: 'a certificate for other.example.com, its common name',
    },
    {
      name: 'an address that stands among the DNS names',
      certificate: { names: ['DNS:127.0.0.1'] },
      host: '127.0.0.1',
      found: 'a certificate that names 127.0.0.1 only as a DNS name, not as an address',
    },
    {
      name: 'a wildcard for a part of a label',
      certificate: { names: ['w*.example.com'] },
      host: 'www.example.com',
      found: 'a certificate that names www.example.com only by w*.example.com, a wildcard for a part of a label',
    },
    { name: 'a wildcard for a label', certificate: { names: ['*.example.com'] }, host: 'www.example.com' },
    { name: 'a host with an underscore', certificate: { names: ['*.example.com'] }, host: 'a_b.example.com' },
    {
      name: 'a host in umlauts',
      certificate: { names: ['xn--bcher-kva.example'] },
      host: 'xn--bcher-kva.example',
    },
    { name: 'a host with a final dot', certificate: { names: ['www.example.com'] }, host: 'www.example.com.' },
  ];
  test.each(cases)('$name', async ({ certificate, host = 'localhost', found }) => {
    const expected = `expected a valid certificate for ${host.replace(/\.$/, '')}`;
    const is = found === undefined ? 'pass' : `fail certificate_name: found ${found}, ${expected}`;
    expect(await judged(certificate, { host })).toBe(is);
  });
});

describe("what is not trusted is said in OpenSSL's words", () => {
  const cases: readonly {
    readonly name: string;
    readonly certificate?: Partial<CertificateOptions>;
    readonly options?: Options;
    readonly words: string;
  }[] = [
    { name: 'a key of 1024 bits', certificate: { key: 'weak' }, words: 'EE certificate key too weak' },
    {
      name: 'an authority with a key of 1024 bits',
      options: { authority: { key: 'weak' } },
      words: 'CA certificate key too weak',
    },
    {
      name: 'a signature by SHA-1',
      certificate: { hash: 'SHA-1' },
      words: 'CA signature digest algorithm too weak',
    },
    {
      name: 'a name that the authority may not give',
      options: { authority: { extensions: [nameConstraints('permitted', 'example.org')] } },
      words: 'permitted subtree violation',
    },
    {
      name: 'a name that is excluded from those of the authority',
      options: { authority: { extensions: [nameConstraints('excluded', 'localhost')] } },
      words: 'excluded subtree violation',
    },
    {
      name: 'a critical extension that nobody knows',
      certificate: { extensions: [new Extension('1.2.3.4', true, Buffer.from([5, 0]))] },
      words: 'unhandled critical extension',
    },
    {
      name: 'a certificate for clients',
      certificate: { extensions: [clientsOnly] },
      words: 'unsuitable certificate purpose',
    },
  ];
  test.each(cases)('$name', async ({ certificate = {}, options = {}, words }) => {
    expect(await judged(certificate, options)).toBe(
      `fail certificate_untrusted: found a certificate that is not trusted: ${words}, expected a valid certificate for localhost`,
    );
  });
});
