import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Client, errors } from 'undici';
import { sayDuration } from '../../../stack/duration.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import type { Recorder } from '../recorder.ts';
import type { Answer } from './expect.ts';

export interface Request {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyLimit: number;
}

export interface Exchanged extends Omit<Answer, 'durationMs'> {
  readonly processingMs: number;
  readonly transferMs: number;
}

const expected = 'an HTTP answer';

/**
 * Sends one request on a socket that is already connected, and reads the answer to its end. Exactly one: the client is
 * given that socket once, and a second connection is refused to it. Throws a `Failure`. The caller destroys the socket.
 */
export async function exchange(socket: Socket, request: Request, run: Run, recorder: Recorder): Promise<Exchanged> {
  let given = false;
  const client = new Client(request.url.origin, {
    connect: (_, callback) => {
      const again = given;
      given = true;
      // Not at once: called back from inside `connect`, the client forgets to send what is queued.
      queueMicrotask(() => (again ? callback(new Error('one connection per attempt'), null) : callback(null, socket)));
    },
    pipelining: 1,
    maxHeaderSize: 65_536,
    // Our own deadline is outside; these would only be a second clock.
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  const sent = recorder.elapsedMs();
  let phase: 'headers' | 'body' = 'headers';
  try {
    recorder.step(`> ${request.method} ${request.url.pathname}${request.url.search ? '?…' : ''} HTTP/1.1`);
    const response = await client.request({
      path: `${request.url.pathname}${request.url.search}`,
      method: request.method,
      headers: request.headers,
      body: request.body ?? null,
      reset: true,
      signal: run.signal,
      responseHeaders: 'raw',
    });
    const processingMs = recorder.elapsedMs() - sent;
    phase = 'body';
    const headers = byName(response.headers as unknown as readonly (string | Buffer)[]);
    recorder.step(`< HTTP/1.1 ${response.statusCode}`);
    for (const [name, values] of Object.entries(headers)) {
      const shown = hidden.has(name) ? '[redacted]' : values.join(', ');
      recorder.step(`< ${name}: ${shown}`);
    }
    const body = await readBody(response.body, headers['content-encoding']?.[0], request.bodyLimit);
    return {
      status: response.statusCode,
      headers,
      body,
      processingMs,
      transferMs: recorder.elapsedMs() - sent - processingMs,
    };
  } catch (error) {
    throw failureOf(error, phase, run, request.bodyLimit);
  } finally {
    socket.destroy();
    // Not awaited: the attempt is over, and a client that has something left to wait for must not hold it up.
    client.destroy().catch(() => {
      // That its socket was already gone is nothing to report.
    });
  }
}

/** Headers whose values can be credentials. */
const hidden: ReadonlySet<string> = new Set(['set-cookie', 'authorization', 'proxy-authorization', 'www-authenticate']);

function byName(raw: readonly (string | Buffer)[]): Record<string, string[]> {
  const headers: Record<string, string[]> = Object.create(null);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = String(raw[i]).toLowerCase();
    headers[name] = [...(headers[name] ?? []), String(raw[i + 1])];
  }
  return headers;
}

class TooLarge extends Error {}

async function readBody(stream: Readable, encoding: string | undefined, limit: number): Promise<string> {
  const decoder = decoderOf(encoding);
  const source = decoder ? stream.pipe(decoder) : stream;
  // An error does not travel along a pipe by itself.
  if (decoder) stream.on('error', (error) => decoder.destroy(error));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of source as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new TooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function decoderOf(encoding: string | undefined) {
  switch (encoding?.trim().toLowerCase()) {
    case 'gzip':
    case 'x-gzip':
      return createGunzip();
    case 'deflate':
      return createInflate();
    case 'br':
      return createBrotliDecompress();
    default:
      return undefined;
  }
}

function failureOf(error: unknown, phase: 'headers' | 'body', run: Run, limit: number): Failure {
  if (error instanceof TooLarge) {
    return new Failure('body_too_large', `a body of more than ${limit} bytes`, `at most ${limit} bytes`);
  }
  if (run.signal.aborted) {
    const waited = sayDuration(run.timeoutMs);
    return phase === 'headers'
      ? new Failure('response_timeout', `no answer in ${waited}`, expected, { cause: error })
      : new Failure('body_timeout', `a body that did not end in ${waited}`, expected, { cause: error });
  }
  if (error instanceof errors.HTTPParserError || error instanceof errors.HeadersOverflowError) {
    return new Failure('protocol', `an answer that is not HTTP (${error.message})`, expected, { cause: error });
  }
  const code = codeOf(error);
  if (code.startsWith('Z_') || code.startsWith('ERR__ERROR') || code.startsWith('ERR_BROTLI')) {
    return new Failure('protocol', 'a compressed body that cannot be read', expected, { cause: error });
  }
  const where = phase === 'headers' ? 'before the answer' : 'in the middle of the answer';
  const how = code === 'ECONNRESET' ? 'reset' : 'closed';
  return new Failure('response_closed', `the connection ${how} ${where}`, expected, { cause: error });
}
