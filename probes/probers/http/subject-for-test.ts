import { createSecureServer, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { createServer, type Server } from 'node:tls';
import { createAuthority, type Identity } from '../../testing/certificates.ts';
import { startFaultServer } from '../../testing/fault-server.ts';
import { type Hang, hangs, type Peer, type Subject } from '../subject-for-test.ts';

const at = (scheme: string, path: string) => (port: number) => `${scheme}://127.0.0.1:${port}${path}`;

/** A peer that agrees on HTTP/2, and hangs then. */
function hangsByHttp2(name: string, serve: (identity: Identity) => Server): Hang {
  return {
    name,
    async peer() {
      const now = Date.now();
      const authority = await createAuthority('test', now);
      const dates = { notBefore: now - 1_000, notAfter: now + 86_400_000 };
      return await listening(serve(await authority.issue({ names: ['127.0.0.1'], ...dates })));
    },
    dials: (port) => ({ value: at('https', '/')(port), options: { http2: true, trust: 'any' } }),
  };
}

function silent(identity: Identity): Server {
  return createServer({ ...identity, ALPNProtocols: ['h2'] }, (socket) => socket.on('error', () => {}).resume());
}

function serving(serve: (stream: ServerHttp2Stream) => void): (identity: Identity) => Server {
  return (identity) => createSecureServer(identity).on('stream', (stream) => serve(stream.on('error', () => {})));
}

async function listening(server: Server): Promise<Peer> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
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

function halfAnAnswer(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': 200 });
  stream.write('half');
}

export const subject: Subject = {
  dials: (port) => ({ value: at('http', '/ok')(port) }),
  hangs: [
    hangs('at accept', { atAccept: 'hang' }, at('http', '/')),
    hangs('in the TLS handshake', { atAccept: 'hang' }, at('https', '/')),
    hangs('before the headers', {}, at('http', '/hang-before-headers')),
    hangs('in dripping headers', {}, at('http', '/drip-headers')),
    hangs('in the body', {}, at('http', '/hang-in-body')),
    hangs('in a dripping body', {}, at('http', '/drip')),
    hangs('in a compressed body', {}, at('http', '/hang-in-gzip')),
    hangsByHttp2('before it speaks HTTP/2', silent),
    hangsByHttp2(
      'before the answer by HTTP/2',
      serving(() => {}),
    ),
    hangsByHttp2('in a body by HTTP/2', serving(halfAnAnswer)),
    {
      name: 'before the tunnel of a proxy',
      peer: () => startFaultServer({ atAccept: 'hang' }),
      dials: (port) => ({ value: 'https://panel.example.org/', options: { proxy: `http://127.0.0.1:${port}` } }),
    },
  ],
  async good() {
    const peer = await startFaultServer();
    return {
      probing: { value: at('http', '/ok')(peer.port) },
      requests: () => peer.requests.length,
      [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
    };
  },
  sends: 1,
};
