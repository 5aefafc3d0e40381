import { type AddressInfo, createServer, type Socket } from 'node:net';
import { createSecureContext, TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import type { Identity } from './certificates.ts';

/** A request as it came in. */
interface Request {
  /** Head and body, as they are on the wire. */
  readonly text: string;
  /** The query of the path, decoded: where `redirect-to` goes, how many milliseconds `slow` takes. */
  readonly query: string;
}

type Behave = (socket: Socket, request: Request) => unknown;

/**
 * An answer of a test's own: writes what it likes, and ends the socket or leaves it open.
 * @param request head and body as they came; empty where it answers before one came
 */
export type Respond = (socket: Socket, request: string) => unknown;

/** What a broken peer does with a request. The path chooses it: `/hang-in-body`. */
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
  'status-401': (socket: Socket) => reply(socket, 401, 'who are you?'),
  token: (socket: Socket) =>
    reply(socket, 200, '{"access_token":"open-sesame","token_type":"Bearer","expires_in":3600}'),
  'token-refused': (socket: Socket) => reply(socket, 401, '{"error":"invalid_client"}'),
  'token-missing': (socket: Socket) => reply(socket, 200, '{"token_type":"Bearer"}'),
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
  slow: (socket: Socket, { query }) => {
    const timer = setTimeout(() => reply(socket, 200, 'late'), Number(query));
    socket.once('close', () => clearTimeout(timer));
  },
  echo: (socket: Socket, { text }) => reply(socket, 500, `you sent: ${text.split('\r\n\r\n')[1]}`),
  'echo-json': (socket: Socket, { text, query }) => reply(socket, 200, JSON.stringify(partsOf(text, query))),
  'echo-header': (socket: Socket, { query }) => reply(socket, 200, '', `x-echo: ${query}`),
  'not-modified': (socket: Socket) => socket.end('HTTP/1.1 304 Not Modified\r\n\r\n'),
  'set-cookie': (socket: Socket) => reply(socket, 200, 'ok', 'set-cookie: session=sesame'),
  chunked: (socket: Socket) => socket.end(`${chunked}5\r\nready\r\n0\r\nx-sum: 1\r\n\r\n`),
  'bad-chunk': (socket: Socket) => socket.end(`${chunked}zz\r\nready\r\n0\r\n\r\n`),
  'half-chunked': (socket: Socket) => socket.end(`${chunked}5\r\nready\r\n`),
  'two-lengths': (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'),
  'no-utf8': (socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n');
    socket.end(Buffer.from([0xff, 0xfe, 0x00, 0x80]));
  },
  upgrade: (socket: Socket) =>
    socket.write('HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
  'early-hints': (socket: Socket) => {
    socket.write('HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n');
    reply(socket, 200, 'ready');
  },
  'hang-in-gzip': (socket: Socket) => {
    const body = gzipSync('x'.repeat(10_000));
    socket.write(`HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${body.length}\r\n\r\n`);
    socket.write(body.subarray(0, 20));
  },
  'redirect-to': (socket: Socket, { query }) => reply(socket, 302, '', `location: ${query}`),
  'redirect-keeping-body': (socket: Socket, { query }) => reply(socket, 307, '', `location: ${query}`),
  'redirect-see-other': (socket: Socket, { query }) => reply(socket, 303, '', `location: ${query}`),
  'redirect-to-ok': (socket: Socket) => reply(socket, 302, '', 'location: /ok'),
  'redirect-loop': (socket: Socket) => reply(socket, 302, '', 'location: /redirect-loop'),
  /** The cookie is the query, in UTF-8; where it leads to says which bytes came back. */
  'redirect-with-cookie': (socket: Socket, { query }) =>
    reply(socket, 302, '', `set-cookie: session=${query}; Path=/`, 'location: /cookie-came-back'),
  'cookie-came-back': (socket: Socket, { text }) => {
    const bytes = Buffer.from(/^cookie: (.*)$/m.exec(text)?.[1]?.trim() ?? 'none', 'latin1');
    reply(socket, 500, bytes.toString('hex'));
  },
  /** The body is the query. */
  says: (socket: Socket, { query }) => reply(socket, 200, query),
  /** `/hops?3` leads over three redirects to an answer. */
  hops: (socket: Socket, { query }) =>
    Number(query) > 0
      ? reply(socket, 302, '', `location: /hops?${Number(query) - 1}`)
      : reply(socket, 200, '{"status":"ready"}'),
  'redirect-nowhere': (socket: Socket) => reply(socket, 302, ''),
  'redirect-to-file': (socket: Socket) => reply(socket, 302, '', 'location: file:///etc/passwd'),
} as const satisfies Record<string, Behave>;
export type Behaviour = keyof typeof behaviours;

/** What a broken peer does before any request. */
const atAccept = {
  hang: (socket: Socket) => socket.resume(),
  close: (socket: Socket) => socket.resume().end(),
  reset: (socket: Socket) => socket.resetAndDestroy(),
  greet: (socket: Socket) => socket.resume().write('220 mail.example.org ESMTP\r\n'),
} as const satisfies Record<string, (socket: Socket) => unknown>;
export type AtAccept = keyof typeof atAccept;

export interface FaultServer extends AsyncDisposable {
  readonly port: number;
  /** Requests as they came in, head and body. */
  readonly requests: readonly string[];
  /** Connections that were accepted, ever. */
  accepted(): number;
  /** Connections that are open now. */
  open(): number;
}

export interface FaultServerOptions {
  /** Speaks TLS with this certificate. */
  readonly tls?: Identity & { readonly ciphers?: string };
  /** What is agreed on by TLS, as in `h2`. */
  readonly alpn?: string;
  /** Asks for a certificate of the client, by TLS 1.3 only after the handshake. */
  readonly asksForClientCertificate?: true;
  readonly atAccept?: AtAccept;
  /** Answers every whole request, in place of what its path asks for. */
  readonly respond?: Respond;
  /** `respond` is called as soon as the connection stands; what the client sends is read and dropped. */
  readonly respondsAtAccept?: boolean;
  /** 0, the default, for any. */
  readonly port?: number;
}

/** A peer on loopback that misbehaves as its caller asks: at accept, with its certificate, or by the path of the request. */
export async function startFaultServer(options: FaultServerOptions = {}): Promise<FaultServer> {
  const requests: string[] = [];
  const sockets = new Set<Socket>();
  let accepted = 0;
  const secureContext = options.tls ? createSecureContext(options.tls) : undefined;
  const server = createServer((raw) => {
    accepted++;
    sockets.add(raw);
    raw.on('error', () => {}).once('close', () => sockets.delete(raw));
    if (options.atAccept) return void atAccept[options.atAccept](raw);
    const asks = options.asksForClientCertificate ?? false;
    const socket = secureContext
      ? new TLSSocket(raw, {
          isServer: true,
          secureContext,
          requestCert: asks,
          rejectUnauthorized: asks,
          ...(options.alpn && { ALPNProtocols: [options.alpn] }),
        })
      : raw;
    socket.on('error', () => {});
    if (options.respond && options.respondsAtAccept) return void options.respond(socket.resume(), '');
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (!isWhole(text)) return;
      requests.push(text);
      if (options.respond) {
        const request = text;
        text = '';
        return void options.respond(socket, request);
      }
      const [, path = '', query = ''] = /^\S+ \/([^ ?]*)\??(\S*)/.exec(text) ?? [];
      const behave: Behave = behaviours[path in behaviours ? (path as Behaviour) : 'ok'];
      behave(socket, { text, query: decoded(query) });
      text = '';
    });
  });
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    requests,
    accepted: () => accepted,
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A query that is no percent-encoding is taken as it stands. */
function decoded(query: string): string {
  try {
    return decodeURIComponent(query);
  } catch {
    return query;
  }
}

function isWhole(text: string): boolean {
  const head = text.indexOf('\r\n\r\n');
  if (head === -1) return false;
  return text.length >= head + 4 + Number(/\r\ncontent-length: (\d+)/i.exec(text)?.[1] ?? 0);
}

/** A request as an application hands it back to who debugs it. */
function partsOf(text: string, query: string): unknown {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  const headers = head
    .split('\r\n')
    .slice(1)
    .map((line) => line.split(/: (.*)/s));
  return { query, body, all: text, ...Object.fromEntries(headers) };
}

const chunked = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n';

function reply(socket: Socket, status: number, body: string, ...headers: readonly string[]): void {
  const lines = [`HTTP/1.1 ${status} X`, ...headers, `content-length: ${Buffer.byteLength(body)}`, 'connection: close'];
  socket.end(`${lines.join('\r\n')}\r\n\r\n${body}`);
}
