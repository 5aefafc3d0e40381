import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { turn } from './turn.ts';

it('answers that came together came at one time, however long the handler of the first takes', async () => {
  await using pair = await twoConnections();
  const seen: { readonly beganMs: number; readonly atMs: number }[] = [];
  const both = Promise.withResolvers<void>();
  for (const client of pair.clients) {
    client.once('data', () => {
      seen.push({ beganMs: turn.beganMs(), atMs: performance.now() });
      use(20);
      if (seen.length === 2) both.resolve();
    });
  }
  for (const peer of pair.peers) peer.write('x');
  // Both are there before this process looks for either.
  use(50);
  await both.promise;
  const [first, second] = seen;
  expect(second?.beganMs).toBe(first?.beganMs);
  expect((second?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(20);
});

it('the next turn has a time of its own', async () => {
  const beganMs = turn.beganMs();
  use(2);
  await turnOfLoop();
  await turnOfLoop();
  expect(turn.beganMs()).toBeGreaterThanOrEqual(beganMs + 2);
});

async function twoConnections(): Promise<{ readonly clients: Socket[]; readonly peers: Socket[] } & AsyncDisposable> {
  const peers: Socket[] = [];
  const accepted = Promise.withResolvers<void>();
  const server = createServer((peer) => {
    if (peers.push(peer) === 2) accepted.resolve();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo; // A TCP server that listens has such an address.
  const clients = [connect({ port, host: '127.0.0.1' }), connect({ port, host: '127.0.0.1' })];
  await Promise.all([accepted.promise, ...clients.map((client) => once(client, 'connect'))]);
  return {
    clients,
    peers,
    async [Symbol.asyncDispose]() {
      for (const socket of [...clients, ...peers]) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Keeps the event loop busy. */
function use(ms: number): void {
  for (const endMs = performance.now() + ms; performance.now() < endMs; );
}
