import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { Identity } from './certificates.ts';

/** What a broken peer does with a connection. The path of the request chooses it, or the server's own `behave`. */
export const behaviours = {
  ok: (socket: Socket) => reply(socket, 200, '{"status":"ready","data":{"items":[{"id":7}]}}', 'x-version: 1.4.2'),
  'ok-gzip': (socket: Socket) => {
    const body = gzipSync('compressed and ready');
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.end(body);
  },
  'no-content': (socket: Socket) => socket.end('HTTP/1.1 204 No Content\r\n\r\n'),
  'status-503': (socket: Socket) => reply(socket, 503, 'database is away'),
  'status-500-html': (socket: Socket) => reply(socket, 500, '<html><h1>oops</h1></html>'),
  'not-json': (socket: Socket) => reply(socket, 200, 'I am fine'),
  'empty-body': (socket: Socket) => reply(socket, 200, ''),
  starting: (socket: Socket) => reply(socket, 200, '{"status":"starting"}'),
  'hostile-text': (socket: Socket) => reply(socket, 200, '{"status":"\\u0007\\n<!channel> \\u202e"}'),
  'hang-before-headers': () => {},
  'hang-in-body': (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf'),
  drip: (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n');
    const timer = setInterval(() => socket.write('x'), 20);
    socket.once('close', () => clearInterval(timer));
  },
  'drip-headers': (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const timer = setInterval(() => socket.write('x-drip: 1\r\n'), 20);
    socket.once('close', () => clearInterval(timer));
  },
  'close-without-answer': (socket: Socket) => socket.end(),
  'reset-before-answer': (socket: Socket) => socket.resetAndDestroy(),
  'reset-in-body': (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf');
    setImmediate(() => socket.resetAndDestroy());
  },
  'close-in-body': (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nhalf'),
  'no-http': (socket: Socket) => socket.end('220 mail.example.org ESMTP\r\n'),
  'bad-status-line': (socket: Socket) => socket.end('HTTP/1.1 abc OK\r\n\r\n'),
  'endless-headers': (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\n');
    const pump = () => {
      while (!socket.destroyed && socket.write(`x-more: ${'a'.repeat(1_000)}\r\n`));
    };
    socket.on('drain', pump);
    pump();
  },
  'large-body': (socket: Socket) => reply(socket, 200, 'x'.repeat(5_000)),
  'gzip-bomb': (socket: Socket) => {
    const body = gzipSync(Buffer.alloc(20_000_000));
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.end(body);
  },
  'bad-gzip': (socket: Socket) => reply(socket, 200, 'this is not gzip', 'content-encoding: gzip'),
  'redirect-to-ok': (socket: Socket) => reply(socket, 302, '', 'location: /ok'),
  'redirect-loop': (socket: Socket) => reply(socket, 302, '', 'location: /redirect-loop'),
  'redirect-nowhere': (socket: Socket) => reply(socket, 302, ''),
  'redirect-to-file': (socket: Socket) => reply(socket, 302, '', 'location: file:///etc/passwd'),
} as const satisfies Record<string, (socket: Socket) => unknown>;
export type Behaviour = keyof typeof behaviours;

export interface FaultServer extends AsyncDisposable {
  readonly port: number;
  /** Request heads as they came in, whole. */
  readonly requests: readonly string[];
  /** Connections that are open now. */
  open(): number;
}

/**
 * A peer on loopback that misbehaves as its caller asks: by the path of the request (`/hang-in-body`), at accept
 * (`hangAtAccept`: never answers), or with a certificate of the test's choosing.
 */
export async function startFaultServer(
  options: { readonly tls?: Identity; readonly hangAtAccept?: true } = {},
): Promise<FaultServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  const context = options.tls ? createSecureContext(options.tls) : undefined;
  const server = createServer((raw) => {
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    if (options.hangAtAccept) {
      raw.resume();
      return;
    }
    const socket = context ? new TLSSocket(raw, { isServer: true, secureContext: context }) : raw;
    socket.on('error', () => {});
    let head = '';
    socket.on('data', (chunk: Buffer) => {
      head += chunk.toString('latin1');
      const end = head.indexOf('\r\n\r\n');
      if (end === -1) return;
      requests.push(head.slice(0, end));
      const path = /^\S+ \/([^ ?]*)/.exec(head)?.[1] ?? '';
      head = '';
      behaviours[path in behaviours ? (path as Behaviour) : 'ok'](socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function reply(socket: Socket, status: number, body: string, ...headers: readonly string[]): void {
  const lines = [`HTTP/1.1 ${status} X`, ...headers, `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
