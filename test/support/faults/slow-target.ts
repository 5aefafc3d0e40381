import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** A web server that answers, but some of the time too late. */
export interface SlowTarget extends AsyncDisposable {
  readonly port: number;
  /** From now on this share of its answers is slow: 0.2 is every fifth. */
  slow(share: number): void;
}

const slowMs = 700;

/** Listens on every address, so that containers reach it through the host. */
export async function startSlowTarget(): Promise<SlowTarget> {
  let share = 0;
  let owed = 0;
  const server = createServer(async (_, response) => {
    owed += share;
    if (owed >= 1) {
      owed -= 1;
      await pause(slowMs);
    }
    response.writeHead(200, { connection: 'close' }).end('well\n');
  });
  await new Promise<void>((resolve) => server.listen(0, '0.0.0.0', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    slow: (next) => {
      share = next;
      owed = 0;
    },
    [Symbol.asyncDispose]: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
