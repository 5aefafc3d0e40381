import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../../../probes/testing/certificates.ts';

const dayMs = 86_400_000;

/** A web server that speaks TLS, on every address, so that containers reach it through the host. */
export async function startSecureTarget(host: string): Promise<AsyncDisposable & { readonly port: number }> {
  const authority = await createAuthority('panels', Date.now());
  const identity = await authority.issue({
    names: [host],
    notBefore: Date.now() - dayMs,
    notAfter: Date.now() + 60 * dayMs,
  });
  const server = createServer(identity, (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'ready' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
