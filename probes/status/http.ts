import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a request may carry: notifications of Alertmanager are the largest thing that arrives. */
const maxBodyBytes = 1_000_000;

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

interface Asked {
  readonly url: URL;
  /** What the path's `:name` parts matched, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** Reads the body; rejects with `BodyTooLarge`. */
  readonly body: () => Promise<string>;
}

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `/debug/:service/:probe`. */
  readonly path: string;
  readonly says: string;
  readonly answer: (asked: Asked) => Promise<Answer> | Answer;
}

export function text(status: number, body: string): Answer {
  return { status, type: 'text/plain; charset=utf-8', body: body.endsWith('\n') ? body : `${body}\n` };
}

export function html(status: number, body: string): Answer {
  return { status, type: 'text/html; charset=utf-8', body };
}

export function json(status: number, value: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: `${JSON.stringify(value, undefined, 2)}\n` };
}

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly routes: readonly Route[];
  /** A handler threw: a fault of ours. */
  readonly internal: (error: unknown) => void;
}

/** Listens until disposed. Rejects where the port is taken. */
export async function serve(options: HttpOptions): Promise<{ readonly url: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    void answerSafely(options, request).then(({ status, type, body }) => {
      response.writeHead(status, {
        'content-type': type,
        'content-length': Buffer.byteLength(body),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      response.end(request.method === 'HEAD' ? undefined : body);
    });
  });
  await listen(server, options);
  const { port } = server.address() as AddressInfo; // A TCP server that listens has such an address.
  return {
    url: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

function listen(server: Server, { host, port }: HttpOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

async function answerSafely(options: HttpOptions, request: IncomingMessage): Promise<Answer> {
  try {
    return await answer(options.routes, request);
  } catch (error) {
    if (error instanceof BodyTooLarge) return text(413, `the body is larger than ${maxBodyBytes} bytes`);
    // Whoever asked has gone away in the middle of it: nobody's fault here, and nobody left to answer.
    if (request.destroyed && !request.complete) return text(400, 'the request did not arrive as a whole');
    options.internal(error);
    return text(500, 'the probe service itself failed; its log says how');
  }
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const url = URL.parse(request.url ?? '/', 'http://watchpost');
  if (!url) return text(400, 'unreadable path');
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  const matches = routes.flatMap((route) => {
    const params = match(route.path, url.pathname);
    return params ? [{ route, params }] : [];
  });
  const found = matches.find(({ route }) => route.method === method);
  if (found) return await found.route.answer({ url, params: found.params, body: () => readBody(request) });
  if (matches.length > 0) {
    return text(
      405,
      `${url.pathname} takes ${matches.map(({ route }) => route.method).join(', ')}, not ${request.method}`,
    );
  }
  const known = routes.map((route) => `  ${route.method.padEnd(4)} ${route.path.padEnd(28)} ${route.says}`);
  return text(404, [`nothing is at ${url.pathname}; known:`, ...known].join('\n'));
}

function match(pattern: string, path: string): Readonly<Record<string, string>> | undefined {
  const wanted = pattern.split('/');
  const given = path.split('/');
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i] ?? '';
    if (!part.startsWith(':')) {
      if (part !== value) return undefined;
      continue;
    }
    try {
      params[part.slice(1)] = decodeURIComponent(value);
    } catch {
      // Half an escape is no name of ours.
      return undefined;
    }
  }
  return params;
}

class BodyTooLarge extends Error {}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBodyBytes) throw new BodyTooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
