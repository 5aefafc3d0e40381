import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { Client, errors } from 'undici';
import { sayDuration } from '../../../stack/duration.ts';
import type { Reason } from '../../../stack/reasons.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { tlsWords } from '../../net/secure.ts';
import type { Recorder } from '../recorder.ts';
import type { Answer } from './expect.ts';

export interface Request {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyLimit: number;
}

/** The answer, without how long it took: that is for the whole attempt to say. */
export type Exchanged = Omit<Answer, 'durationMs'>;

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
  const { url, method, headers, body } = request;
  let phase: 'headers' | 'body' = 'headers';
  try {
    recorder.step(`> ${method} ${url.pathname}${url.search ? '?…' : ''} HTTP/1.1`);
    const response = await recorder.time('processing', () =>
      client.request({
        path: `${url.pathname}${url.search}`,
        method,
        headers,
        body: body ?? null,
        reset: true,
        signal: run.signal,
        responseHeaders: 'raw',
      }),
    );
    phase = 'body';
    const answered = byName(response.headers as unknown as readonly (string | Buffer)[]);
    recorder.step(`< HTTP/1.1 ${response.statusCode}`);
    for (const [name, values] of Object.entries(answered)) {
      recorder.step(`< ${name}: ${shownHeader(name, values.join(', '))}`);
    }
    const text = await recorder.time('transfer', () =>
      readBody(response.body, answered['content-encoding']?.[0], request.bodyLimit),
    );
    recorder.step(`a body of ${text.length} characters`);
    return { status: response.statusCode, headers: answered, body: text };
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

function shownHeader(name: string, value: string): string {
  if (hidden.has(name)) return '[redacted]';
  // Where a login redirects to, its query is a credential.
  return name === 'location' ? value.replaceAll(/([?&][^=&#]*=)[^&#]*/g, '$1[redacted]') : value;
}

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

/** What the target did, as a `Failure`; anything else is a fault of ours and is returned as it is. */
function failureOf(error: unknown, phase: 'headers' | 'body', run: Run, limit: number): unknown {
  const failure = (reason: Reason, found: string, wanted = expected) =>
    new Failure(reason, found, wanted, { cause: error });
  if (error instanceof TooLarge) {
    return failure('body_too_large', `a body of more than ${limit} bytes`, `a body of at most ${limit} bytes`);
  }
  if (run.signal.aborted) {
    const waited = sayDuration(run.timeoutMs);
    return phase === 'headers'
      ? failure('response_timeout', `no answer in ${waited}`)
      : failure('body_timeout', `a body that did not end in ${waited}`);
  }
  const code = codeOf(error);
  if (error instanceof errors.HTTPParserError)
    return failure('protocol', `an answer that is not HTTP${parserWords(error)}`);
  if (error instanceof errors.HeadersOverflowError) return failure('protocol', 'headers of more than 64 KiB');
  if (error instanceof errors.ResponseContentLengthMismatchError) {
    return failure('protocol', 'a body whose length is not the one announced');
  }
  if (/^(?:Z_|ERR__ERROR|ERR_BROTLI|ERR_PADDING)/.test(code)) {
    return failure('protocol', 'a compressed body that cannot be read');
  }
  if (code.startsWith('ERR_SSL_')) return failure('tls_handshake', `a TLS error: ${tlsWords(error)}`);
  if (error instanceof errors.SocketError && error.message.includes('upgrade')) {
    return failure('protocol', 'a switch to another protocol that nobody asked for');
  }
  if (!(error instanceof errors.SocketError) && !closing.has(code)) return error;
  const where = phase === 'headers' ? 'before the answer' : 'in the middle of the answer';
  return failure('response_closed', `a connection that was ${code === 'ECONNRESET' ? 'reset' : 'closed'} ${where}`);
}

/** Codes of a connection that is no more. */
const closing: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'ECONNABORTED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'UND_ERR_ABORTED',
  'UND_ERR_DESTROYED',
  'UND_ERR_CLOSED',
]);

/** The parser's own words without its frame: `Response does not match the HTTP/1.1 protocol (Invalid status code)`. */
function parserWords({ message }: Error): string {
  const inner = /\(([^()]+)\)$/.exec(message)?.[1];
  return inner ? ` (${inner})` : '';
}
