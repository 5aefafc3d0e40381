import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';

/** What a request may carry: notifications of Alertmanager are the largest thing that arrives. */
const maxBodyBytes = 1_000_000;
/** A job may put its words into the URL; 128 KiB is the longest argument that Linux gives a command. */
const maxHeadBytes = 262_144;

export interface Answer {
  readonly status: number;
  readonly type: string;
  /** In parts where it is long: what else the service does goes on between them. */
  readonly body: string | AsyncIterable<string>;
}

export interface Asked {
  /** `HEAD` where that was asked for: its route is that of `GET`, and what it does must leave no trace. */
  readonly method: 'GET' | 'HEAD' | 'POST';
  readonly url: URL;
  /** What the path's `:name` parts matched, decoded. */
  readonly params: Readonly<Record<string, string>>;
  /** The header of this name, if there was one. */
  readonly authorization?: string;
  /** What it takes: the header `Accept`, empty where there is none. */
  readonly accept: string;
  /** Reads the body, of so many bytes at most; rejects with `BodyTooLarge`. */
  readonly body: (mostBytes?: number) => Promise<string>;
  /** Reads the first bytes of the body: one that is longer, or breaks off, is no fault. What follows is not awaited. */
  readonly bodyStart: (mostBytes: number) => Promise<BodyStart>;
}

export interface BodyStart {
  readonly text: string;
  /** There was more. */
  readonly isCut: boolean;
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
  const turns = new Turns();
  const server = createServer({ maxHeaderSize: maxHeadBytes }, (request, response) => {
    void answerSafely(options, request).then(async ({ status, type, body }) => {
      response.writeHead(status, {
        'content-type': type,
        ...(typeof body === 'string' && { 'content-length': Buffer.byteLength(body) }),
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
      });
      if (request.method === 'HEAD') response.end();
      else if (typeof body === 'string') response.end(body);
      else await send(body, response, turns, options.internal);
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

/** The same parts, the first of which is there: what fails from the start is still told by the status. */
async function begun(parts: AsyncIterable<string>): Promise<AsyncIterable<string>> {
  const iterator = parts[Symbol.asyncIterator]();
  const first = await iterator.next();
  return (async function* () {
    try {
      for (let part = first; !part.done; part = await iterator.next()) yield part.value;
    } finally {
      await iterator.return?.();
    }
  })();
}

/** How long an answer is written before others have their turn. */
const turnMs = 5;

/** Turns of the event loop, one for each who asks: two who read at once must not share one, and stall it twice as long. */
class Turns {
  #last: Promise<void> = Promise.resolve();

  next(): Promise<void> {
    this.#last = this.#last.then(() => turn());
    return this.#last;
  }
}

/** Part by part, no faster than they are taken. */
async function send(
  parts: AsyncIterable<string>,
  response: ServerResponse,
  turns: Turns,
  internal: (error: unknown) => void,
) {
  try {
    let beganMs = performance.now();
    for await (const part of parts) {
      if (response.destroyed) return;
      const taken = part === '' || response.write(part);
      // Also where the network takes all of it at once: the others must not wait for that.
      if (taken && performance.now() - beganMs < turnMs) continue;
      if (!taken) await drained(response);
      await turns.next();
      beganMs = performance.now();
    }
    response.end();
  } catch (error) {
    // Half an answer must not look like a whole one.
    response.destroy();
    internal(error);
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done).off('close', done);
      resolve();
    };
    response.on('drain', done).on('close', done);
    if (response.destroyed) done();
  });
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
    const given = await answer(options.routes, request);
    return typeof given.body === 'string' ? given : { ...given, body: await begun(given.body) };
  } catch (error) {
    if (error instanceof BodyTooLarge) return text(413, error.message);
    // Whoever asked has gone away in the middle of it: nobody's fault here, and nobody left to answer.
    if (request.destroyed && !request.complete) return text(400, 'the request did not arrive as a whole');
    options.internal(error);
    return text(500, 'the probe service itself failed; its log says how');
  }
}

async function answer(routes: readonly Route[], request: IncomingMessage): Promise<Answer> {
  const url = URL.parse(request.url ?? '/', 'http://watchpost');
  if (!url) return text(400, 'unreadable path');
  const asked = request.method === 'HEAD' ? 'HEAD' : undefined;
  const method = asked ? 'GET' : request.method;
  const matches = routes.flatMap((route) => {
    const params = match(route.path, url.pathname);
    return params ? [{ route, params }] : [];
  });
  const found = matches.find(({ route }) => route.method === method);
  if (found) {
    const { authorization, accept = '' } = request.headers;
    const body = (mostBytes = maxBodyBytes) => readBody(request, mostBytes);
    const bodyStart = (mostBytes: number) => readBodyStart(request, mostBytes);
    return await found.route.answer({
      ...{ method: asked ?? found.route.method, url, params: found.params, accept, body, bodyStart },
      ...(authorization !== undefined && { authorization }),
    });
  }
  if (matches.length > 0) {
    const methods = new Set(matches.map(({ route }) => route.method));
    return text(405, `${url.pathname} takes ${[...methods].join(', ')}, not ${request.method}`);
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

async function readBody(request: IncomingMessage, mostBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw new BodyTooLarge(`the body is larger than ${mostBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

async function readBodyStart(request: IncomingMessage, mostBytes: number): Promise<BodyStart> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const { promise, resolve } = Promise.withResolvers<void>();
  const take = (chunk: Buffer) => {
    chunks.push(chunk.subarray(0, mostBytes - bytes));
    bytes += chunk.length;
    if (bytes > mostBytes) resolve();
  };
  // What breaks off ends as well, and what had come by then is there.
  request.on('data', take).once('end', resolve).once('error', resolve).once('close', resolve);
  await promise;
  request.off('data', take).off('end', resolve).off('close', resolve);
  return { text: Buffer.concat(chunks).toString('utf8'), isCut: bytes > mostBytes };
}
