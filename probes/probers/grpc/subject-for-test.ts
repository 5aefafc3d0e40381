import { createServer } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { hangs, type Peer, type Subject } from '../subject-for-test.ts';
import { startGrpcPeer } from './peer-for-test.ts';

const value = (port: number) => `127.0.0.1:${port}`;

/** Speaks HTTP/2, and answers no call. */
async function startSilentPeer(): Promise<Peer> {
  const sockets = new Set<Socket>();
  const server = createServer().on('stream', (stream) => stream.on('error', () => {}));
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

export const subject: Subject = {
  dials: (port) => ({ value: value(port) }),
  hangs: [
    hangs('before it speaks HTTP/2', { atAccept: 'hang' }, value),
    { name: 'in the call', peer: startSilentPeer, dials: (port) => ({ value: value(port) }) },
    hangs('in the TLS handshake', { atAccept: 'hang' }, value, { tls: true }),
  ],
  async good() {
    const peer = await startGrpcPeer();
    return {
      probing: { value: value(peer.port) },
      requests: () => peer.calls.length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
