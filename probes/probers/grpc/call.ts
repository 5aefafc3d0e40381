import { type ClientHttp2Session, connect, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http2';
import type { Socket } from 'node:net';
import { sayDuration } from '../../../stack/duration.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { budgetFor, type Http2Budget } from '../../net/http2-budget.ts';
import { tlsFailure } from '../../net/tls-failure.ts';

export interface Call {
  readonly path: string;
  /** What the server is called: host, and port where it is not the usual one. */
  readonly authority: string;
  readonly isSecure: boolean;
  readonly metadata: Readonly<Record<string, string>>;
  /** Framed. */
  readonly message: Buffer;
  /** What is left of the attempt: the server is told. */
  readonly timeoutMs: number;
  /** Who answers, in words. */
  readonly where: string;
  readonly expected: string;
}

export interface Answered {
  readonly httpStatus: number;
  readonly contentType: string;
  /** `grpc-status` as it came; undefined where there is none. */
  readonly status: string | undefined;
  /** `grpc-message`, decoded. */
  readonly message: string;
  readonly body: Buffer;
}

/** More than any health answer has. */
const bodyLimit = 65_536;

/**
 * One unary call on our own socket, which the caller destroys; when it returns nothing of the session is left. Not by
 * `@grpc/grpc-js`, whose channel keeps a socket open for good that hangs before HTTP/2 is spoken.
 */
export async function callUnary(socket: Socket, call: Call, run: Run): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<Answered>();
  const fail = (reason: Failure['reason'], found: string, cause?: unknown) =>
    reject(new Failure(reason, found, call.expected, { cause }));
  const late = () => fail('response_timeout', `no answer from ${call.where} in ${sayDuration(run.timeoutMs)}`);
  const broken = (error: unknown) => {
    const { reason, found } = connectionFailure(error);
    fail(reason, found, error);
  };
  const closed = () => fail('response_closed', 'a connection that was closed before the answer was complete');
  run.signal.addEventListener('abort', late, { once: true });
  if (run.signal.aborted) late();
  let session: ClientHttp2Session | undefined;
  let budget: Http2Budget | undefined;
  try {
    session = connect(`${call.isSecure ? 'https' : 'http'}://${call.authority}`, {
      createConnection: () => socket,
      settings: { enablePush: false },
    });
    session.on('error', broken).once('close', closed);
    session.on('goaway', (code) => {
      if (code !== 0) fail('protocol', `a connection that the server gave up with code ${code} of HTTP/2`);
    });
    const stream = session.request(headersOf(call), { endStream: false });
    stream.on('error', broken);
    budget = budgetFor(socket, session, stream, run, (found) => fail('protocol', found));
    const chunks: Buffer[] = [];
    let [length, head, trailers]: [number, IncomingHttpHeaders, IncomingHttpHeaders] = [0, {}, {}];
    stream.on('response', (headers) => {
      head = headers;
    });
    stream.on('trailers', (headers) => {
      trailers = headers;
    });
    stream.on('data', (chunk: Buffer) => {
      budget?.data(chunk);
      length += chunk.length;
      chunks.push(chunk);
      if (length > bodyLimit) fail('body_too_large', `more than ${bodyLimit} bytes`);
    });
    stream.once('end', () => {
      // A session that breaks off ends its streams as if they were complete.
      if (Object.keys(trailers).length === 0 && (session?.destroyed || head[':status'] === undefined)) closed();
      else resolve(answered(head, trailers, Buffer.concat(chunks)));
    });
    stream.once('close', closed);
    stream.end(call.message);
    return await promise;
  } catch (error) {
    if (error instanceof Failure) throw error;
    // A request that HTTP/2 cannot carry, or a session that ended while it was made.
    const { reason, found } = connectionFailure(error);
    throw new Failure(reason, found, call.expected, { cause: error });
  } finally {
    run.signal.removeEventListener('abort', late);
    budget?.[Symbol.dispose]();
    session?.destroy();
  }
}

function headersOf(call: Call): OutgoingHttpHeaders {
  return {
    ':method': 'POST',
    ':scheme': call.isSecure ? 'https' : 'http',
    ':authority': call.authority,
    ':path': call.path,
    te: 'trailers',
    'content-type': 'application/grpc',
    'user-agent': 'watchpost',
    // At most eight digits.
    'grpc-timeout': `${Math.min(99_999_999, Math.max(1, Math.floor(call.timeoutMs)))}m`,
    ...call.metadata,
  };
}

function answered(head: IncomingHttpHeaders, trailers: IncomingHttpHeaders, body: Buffer): Answered {
  // An error without a message has its status in the only headers there are.
  const end = 'grpc-status' in trailers ? trailers : head;
  return {
    httpStatus: Number(head[':status'] ?? 0),
    contentType: head['content-type'] ?? '',
    status: textOf(end['grpc-status']),
    message: decoded(textOf(end['grpc-message']) ?? ''),
    body,
  };
}

function textOf(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value.join(', ') : value;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not every server encodes its message; then it is read as it is.
    return text;
  }
}

function connectionFailure(error: unknown): { readonly reason: Failure['reason']; readonly found: string } {
  const code = codeOf(error);
  const refused = tlsFailure(error);
  if (refused.reason === 'certificate_client') return refused;
  const words = error instanceof Error ? error.message : String(error);
  switch (code) {
    case 'ECONNRESET':
    case 'EPIPE':
      return { reason: 'response_closed', found: 'a connection that was reset before the answer was complete' };
    case 'ERR_HTTP2_ERROR':
      return { reason: 'protocol', found: `no HTTP/2: ${words}` };
    default:
      return { reason: 'protocol', found: `an HTTP/2 exchange that failed: ${words}` };
  }
}
