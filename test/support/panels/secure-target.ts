import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { createAuthority } from '../../../probes/testing/certificates.ts';

const dayMs = 86_400_000;

export interface SecureTarget extends AsyncDisposable {
  readonly port: number;
  /** From now on answers with this status. */
  answer(status: number): void;
}

/** A web server that speaks TLS, on every address, so that containers reach it through the host. */
export async function startSecureTarget(host: string): Promise<SecureTarget> {
  let status = 200;
  const authority = await createAuthority('panels', Date.now());
  const identity = await authority.issue({
    names: [host],
    notBefore: Date.now() - dayMs,
    notAfter: Date.now() + 60 * dayMs,
  });
  const server = createServer(identity, (_, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(JSON.stringify({ status: status === 200 ? 'ready' : 'broken' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    answer: (next) => {
      status = next;
    },
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
