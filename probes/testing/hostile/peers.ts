import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, Extension, type Identity, nameConstraints, selfSigned } from '../certificates.ts';
import { startFaultServer } from '../fault-server.ts';
import { startSilentPort } from '../silent-port.ts';
import type { CertificateKind, HostileRow } from './row.ts';

const dayMs = 86_400_000;

export interface HostilePeer {
  readonly port: number;
  accepted(): number;
  open(): number;
}

/** Starts the target of a row, and says what the user would write to probe it. */
export interface HostilePeers extends Disposable {
  start(row: HostileRow, cleanup: AsyncDisposableStack): Promise<HostilePeer>;
  valueOf(row: HostileRow, port: number): string;
  optionsOf(row: HostileRow): Record<string, unknown>;
  /** PEM of the authority that the good certificates lead to. */
  readonly caFile: string;
}

export async function prepareHostilePeers(): Promise<HostilePeers> {
  const folder = mkdtempSync(join(tmpdir(), 'hostile-'));
  const caFile = join(folder, 'ca.pem');
  const identities = await makeIdentities(caFile);
  return {
    caFile,
    start: (row, cleanup) => startPeer(row, identities, cleanup),
    valueOf: targetOf,
    optionsOf: ({ options, certificate }) => ({ ...options, ...(certificate && { ca_file: caFile }) }),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  };
}

type Identities = ReadonlyMap<CertificateKind, Identity & { readonly ciphers?: string }>;

async function makeIdentities(caFile: string): Promise<Identities> {
  const now = Date.now();
  const authority = await createAuthority('hostile', now);
  const stranger = await createAuthority('stranger', now);
  const narrow = await createAuthority('narrow', now, { extensions: [nameConstraints('excluded', 'localhost')] });
  writeFileSync(caFile, `${authority.ca}\n${narrow.ca}`);
  const dates = (from: number, to: number) => ({ notBefore: now + from * dayMs, notAfter: now + to * dayMs });
  const own = { names: ['localhost'], ...dates(-1, 90) };
  // OpenSSL lets no server of today show such a certificate.
  const old = { ciphers: 'TLS_AES_128_GCM_SHA256:DEFAULT:@SECLEVEL=0' };
  return new Map<CertificateKind, Identity & { readonly ciphers?: string }>([
    ['good', await authority.issue(own)],
    ['expired', await authority.issue({ ...own, ...dates(-90, -3) })],
    ['not-yet-valid', await authority.issue({ ...own, ...dates(2, 90) })],
    ['expiring', await authority.issue({ ...own, ...dates(-80, 10) })],
    ['wrong-name', await authority.issue({ ...own, names: ['other.example'] })],
    ['self-signed', await selfSigned()],
    ['unknown-authority', await stranger.issue(own)],
    ['common-name', await authority.issue({ ...own, names: [], commonName: 'localhost' })],
    ['partial-wildcard', await authority.issue({ ...own, names: ['w*.hostile.localhost'] })],
    ['weak-key', { ...(await authority.issue({ ...own, key: 'weak' })), ...old }],
    ['sha-1', { ...(await authority.issue({ ...own, hash: 'SHA-1' })), ...old }],
    ['excluded-name', await narrow.issue(own)],
    [
      'critical-extension',
      await authority.issue({ ...own, extensions: [new Extension('1.2.3.4', true, Buffer.from([5, 0]))] }),
    ],
    ['incomplete-chain', await stranger.issue({ ...own, issuerUrl: 'http://ca.example/between.crt' })],
  ]);
}

async function startPeer(row: HostileRow, identities: Identities, cleanup: AsyncDisposableStack): Promise<HostilePeer> {
  const nobody = { accepted: () => 0, open: () => 0 };
  if (row.atAccept === 'refused') return { port: 1, ...nobody };
  if (row.atAccept === 'silent') return { port: cleanup.use(await startSilentPort()).port, ...nobody };
  const tls = row.certificate && identities.get(row.certificate);
  return cleanup.use(
    await startFaultServer({
      ...(tls && { tls }),
      ...(row.alpn && { alpn: row.alpn }),
      ...(row.atAccept && { atAccept: row.atAccept }),
      ...(row.responds && { respond: row.responds, respondsAtAccept: !asksFirst(row.kind) }),
    }),
  );
}

function targetOf(
  { kind, behaviour = 'ok', query, certificate, resolves, host: own }: HostileRow,
  port: number,
): string {
  const host = own ?? (resolves ? 'hostile.example.com' : certificate ? 'localhost' : '127.0.0.1');
  const path = `${behaviour}${query === undefined ? '' : `?${query}`}`;
  switch (kind) {
    case 'http':
      return `${certificate ? 'https' : 'http'}://${host}:${port}/${path}`;
    case 'websocket':
      return `ws://${host}:${port}/${path}`;
    case 'postgres':
      return `postgres://monitor@${host}:${port}/app?sslmode=disable`;
    default:
      return `${host}:${port}`;
  }
}

/** Whether the client of a protocol sends a text request first, which the fault server reads as HTTP. */
function asksFirst(kind: HostileRow['kind']): boolean {
  return kind === 'http' || kind === 'websocket';
}
