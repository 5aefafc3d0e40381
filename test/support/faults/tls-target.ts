import type { AddressInfo } from 'node:net';
import { createServer } from 'node:tls';
import { createAuthority } from '../../../probes/testing/certificates.ts';

/** A server whose certificate a test replaces, as a renewal does. */
export interface TlsTarget extends AsyncDisposable {
  readonly port: number;
  /** From now on shows a certificate that ends so many milliseconds from now. */
  show(leftMs: number): Promise<void>;
}

const dayMs = 86_400_000;
/** What is renewed in time. */
export const longLifeMs = 90 * dayMs;

/** Listens on every address, so that containers reach it through the host. */
export async function startTlsTarget(host: string): Promise<TlsTarget> {
  const authority = await createAuthority('faults', Date.now());
  const ending = (leftMs: number) =>
    authority.issue({ names: [host], notBefore: Date.now() - dayMs, notAfter: Date.now() + leftMs });
  const server = createServer(await ending(longLifeMs), (socket) => {
    socket.on('error', () => {}).end();
  });
  server.on('tlsClientError', () => {});
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    show: async (leftMs) => server.setSecureContext(await ending(leftMs)),
    [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
