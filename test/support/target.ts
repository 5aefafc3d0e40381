import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A web server that a test breaks and mends. */
export interface Target extends AsyncDisposable {
  readonly port: number;
  /** From now on answers with this status. */
  answer(status: number): void;
  /** From now on refuses connections, or takes them again. */
  refuse(refuses: boolean): Promise<void>;
  /** Requests so far, with their times in Unix milliseconds. */
  readonly requests: readonly number[];
}

/** Listens on every address, so that containers reach it through the host. */
export async function startTarget(): Promise<Target> {
  let status = 200;
  const requests: number[] = [];
  const server = createServer((_, response) => {
    requests.push(Date.now());
    response.writeHead(status, { 'content-type': 'application/json', connection: 'close' });
    response.end(JSON.stringify({ status: status === 200 ? 'ready' : 'broken' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => {
    server.closeAllConnections();
    return new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return {
    port,
    refuse: (refuses) =>
      refuses ? close() : new Promise<void>((resolve) => server.listen(port, '0.0.0.0', () => resolve())),
    answer: (next) => {
      status = next;
    },
    requests,
    [Symbol.asyncDispose]: async () => {
      if (server.listening) await close();
    },
  };
}
