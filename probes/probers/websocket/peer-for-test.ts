import type { IncomingHttpHeaders } from 'node:http';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Authority, Identity } from '../../testing/certificates.ts';
import type { Peer } from '../subject-for-test.ts';

export interface WebSocketPeer extends Peer {
  /** Handshakes that arrived. */
  readonly handshakes: readonly { readonly path: string; readonly headers: IncomingHttpHeaders }[];
  /** Messages that arrived, and the codes of close frames: `close 1000`. */
  readonly received: readonly string[];
}

export interface WebSocketPeerOptions {
  readonly tls?: Identity;
  /** Asks clients for a certificate of this authority. */
  readonly clients?: Authority;
  /** Refuses the handshake with this status. */
  readonly refusal?: number;
  /** Subprotocols that it knows; without them it chooses none. */
  readonly protocols?: readonly string[];
  readonly onOpen?: (socket: WebSocket, raw: Socket) => unknown;
  readonly onMessage?: (socket: WebSocket, text: string, raw: Socket) => unknown;
}

/** A server of the library `ws` on loopback. */
export async function startWebSocketPeer(options: WebSocketPeerOptions = {}): Promise<WebSocketPeer> {
  const { tls, clients, refusal, protocols, onOpen, onMessage } = options;
  const sockets = new Set<Socket>();
  const handshakes: { path: string; headers: IncomingHttpHeaders }[] = [];
  const received: string[] = [];
  const server = tls
    ? createTlsServer({ ...tls, ...(clients && { requestCert: true, ca: clients.ca }) })
    : createServer();
  const endpoint = new WebSocketServer({
    server,
    verifyClient: ({ req }, done) => {
      handshakes.push({ path: req.url ?? '', headers: req.headers });
      done(refusal === undefined, refusal);
    },
    handleProtocols: (offered) => protocols?.find((name) => offered.has(name)) ?? false,
  });
  endpoint.on('connection', (socket, request) => {
    socket.on('error', () => {});
    socket.on('close', (code) => received.push(`close ${code}`));
    socket.on('message', (data) => {
      const text = String(data);
      received.push(text);
      onMessage?.(socket, text, request.socket);
    });
    onOpen?.(socket, request.socket);
  });
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    handshakes,
    received,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      endpoint.close();
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
