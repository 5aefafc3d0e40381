import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, type Identity, selfSigned } from '../certificates.ts';
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

async function makeIdentities(caFile: string): Promise<ReadonlyMap<CertificateKind, Identity>> {
  const now = Date.now();
  const authority = await createAuthority('hostile', now);
  const stranger = await createAuthority('stranger', now);
  writeFileSync(caFile, authority.ca);
  const dates = (from: number, to: number) => ({ notBefore: now + from * dayMs, notAfter: now + to * dayMs });
  const own = { names: ['localhost'], ...dates(-1, 90) };
  return new Map<CertificateKind, Identity>([
    ['good', await authority.issue(own)],
    ['expired', await authority.issue({ ...own, ...dates(-90, -3) })],
    ['not-yet-valid', await authority.issue({ ...own, ...dates(2, 90) })],
    ['expiring', await authority.issue({ ...own, ...dates(-80, 10) })],
    ['wrong-name', await authority.issue({ ...own, names: ['other.example'] })],
    ['self-signed', await selfSigned()],
    ['unknown-authority', await stranger.issue(own)],
    ['incomplete-chain', await stranger.issue({ ...own, issuerUrl: 'http://ca.example/between.crt' })],
  ]);
}

async function startPeer(
  row: HostileRow,
  identities: ReadonlyMap<CertificateKind, Identity>,
  cleanup: AsyncDisposableStack,
): Promise<HostilePeer> {
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

function targetOf({ kind, behaviour = 'ok', query, certificate, resolves }: HostileRow, port: number): string {
  const host = resolves ? 'hostile.example.com' : certificate ? 'localhost' : '127.0.0.1';
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
