import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2';
import type { Socket } from 'node:net';
import { sayDuration } from '../../../stack/duration.ts';
import type { Reason } from '../../../stack/reasons.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { budgetFor } from '../../net/http2-budget.ts';
import { tlsFailure } from '../../net/tls-failure.ts';
import { whenAborted } from '../../net/when-aborted.ts';
import type { Recorder } from '../recorder.ts';
import { Body, type ReadBody } from './body.ts';
import { cookieLines } from './cookies.ts';
import { type Exchanged, headSteps, type Request } from './exchange.ts';
import { headLimit } from './framing.ts';
import { byName, locationOf } from './headers.ts';

const expected = 'an HTTP answer';

/** What the server may send before it waits for us: a body of usual size is not held up by our acknowledgements. */
const windowBytes = 1_048_576;

/**
 * Sends one request by HTTP/2 on a socket whose server has agreed to it, and reads the answer to its end, as `exchange` does
 * by HTTP/1.1. Throws a `Failure`. The caller destroys the socket.
 */
export async function exchangeHttp2(
  socket: Socket,
  request: Request,
  run: Run,
  recorder: Recorder,
): Promise<Exchanged> {
  const { url, method, body } = request;
  const { host, ...headers } = request.headers;
  recorder.step(`> ${method} ${url.pathname}${url.search ? '?…' : ''} HTTP/2`);
  const session = connect(url.origin, {
    createConnection: () => socket,
    settings: { enablePush: false, initialWindowSize: windowBytes },
    // Node's own limit, 128, is met by answers that HTTP/1.1 reads.
    maxHeaderListPairs: 2_048,
  });
  session.once('connect', () => session.setLocalWindowSize(windowBytes));
  try {
    const stream = session.request(
      {
        ':method': method,
        ':scheme': url.protocol.slice(0, -1),
        ':authority': host ?? url.host,
        ':path': url.pathname + url.search,
        ...headers,
        ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }),
      },
      { endStream: body === undefined },
    );
    if (body !== undefined) stream.end(body);
    return await readAnswer(socket, session, stream, request, run, recorder);
  } catch (error) {
    if (error instanceof Failure || !codeOf(error).startsWith('ERR_HTTP2_')) throw error;
    // The server has ended the session before it was asked anything.
    throw new Failure('response_closed', closedWords(false), expected, { cause: error });
  } finally {
    session.destroy();
  }
}

function readAnswer(
  socket: Socket,
  session: ClientHttp2Session,
  stream: ClientHttp2Stream,
  { bodyLimit }: Request,
  run: Run,
  recorder: Recorder,
): Promise<Exchanged> {
  const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
  let beganMs = recorder.elapsedMs();
  let head: Pick<Exchanged, 'status' | 'headers' | 'location' | 'setCookies'> | undefined;
  let body: Body | undefined;
  let settled = false;
  let stopWaiting = () => {};

  const settle = () => {
    settled = true;
    recorder.phase(head ? 'transfer' : 'processing', recorder.elapsedMs() - beganMs);
    stopWaiting();
    budget[Symbol.dispose]();
    body?.[Symbol.dispose]();
  };
  const failWith = (failure: Failure) => {
    if (settled) return;
    settle();
    reject(failure);
  };
  const fail = (reason: Reason, found: string, wanted = expected, cause?: unknown) =>
    failWith(new Failure(reason, found, wanted, { cause }));
  const broken = (error: Error) => {
    // Node closes the streams of a connection that is gone as if they had been cancelled.
    const isGone = socket.destroyed && stream.rstCode === constants.NGHTTP2_CANCEL;
    const [reason, found] = brokenWords(error, isGone ? 0 : stream.rstCode, head !== undefined);
    fail(reason, found, expected, error);
  };
  const answered = ({ text, note, unreadable }: ReadBody) => {
    if (settled || !head) return;
    settle();
    if (note !== undefined) recorder.step(note);
    recorder.step(`a body of ${text.length} characters`);
    resolve({ ...head, version: '2', body: text, ...(unreadable !== undefined && { unreadable }) });
  };
  const newBody = () =>
    new Body(head?.headers ?? {}, bodyLimit, {
      whole: answered,
      failed: failWith,
      drained: () => stream.resume(),
    });

  const budget = budgetFor(socket, session, stream, run, (found) => fail('protocol', found));
  session.on('error', broken);
  stream
    .on('response', (answer, _, raw) => {
      if (settled) return;
      const arrivedMs = recorder.arrivedMs();
      recorder.phase('processing', arrivedMs - beganMs);
      beganMs = arrivedMs;
      if (raw.join('').length > headLimit) {
        fail('protocol', 'headers of more than 64 KiB');
        return;
      }
      // The first is `:status`, the only one of its kind in an answer.
      const headers = byName(raw.slice(2));
      const location = locationOf(raw);
      const setCookies = headers['set-cookie'] && cookieLines(raw);
      head = {
        status: Number(answer[':status']),
        headers,
        ...(location !== undefined && { location }),
        ...(setCookies && { setCookies }),
      };
      recorder.lazySteps(headSteps(head.status, '2', headers));
    })
    .on('data', (chunk: Buffer) => {
      budget.data(chunk);
      body ??= newBody();
      body.add(chunk);
      if (!body.flush()) stream.pause();
    })
    .on('end', () => {
      // The end of a stream that was reset, or had no head, is none of an answer.
      if (!head || stream.rstCode !== constants.NGHTTP2_NO_ERROR) return;
      if (body) body.end();
      else answered({ text: '' });
    })
    .on('error', broken)
    .on('close', () => {
      if (stream.rstCode !== constants.NGHTTP2_NO_ERROR) broken(new Error('reset'));
      else if (!head || !body?.isDecoding) fail('response_closed', closedWords(head !== undefined));
    });
  stopWaiting = whenAborted(run, () => {
    const waited = sayDuration(run.timeoutMs);
    if (head) fail('body_timeout', `a body that did not end in ${waited}`);
    else fail('response_timeout', `no answer in ${waited}`);
  });
  return promise;
}

function closedWords(inAnswer: boolean): string {
  return `a connection that was closed ${inAnswer ? 'in the middle of the answer' : 'before the answer'}`;
}

/** What ended the stream: the connection, the server by a code of HTTP/2, or bytes that are none. */
function brokenWords(error: Error, rstCode: number | undefined, inAnswer: boolean): readonly [Reason, string] {
  const code = codeOf(error);
  const where = inAnswer ? 'in the middle of the answer' : 'before the answer';
  if (code.startsWith('ERR_SSL_')) {
    const { reason, found } = tlsFailure(error);
    return [reason, found];
  }
  if (code === 'ECONNRESET' || code === 'EPIPE') return ['response_closed', `a connection that was reset ${where}`];
  // A limit of Node's own: eight of them.
  if (error.message.includes('CONTINUATION')) return ['protocol', 'headers in too many CONTINUATION frames'];
  if (code === 'ERR_HTTP2_ERROR') return ['protocol', 'an answer that is not HTTP/2'];
  if (code === 'ERR_HTTP2_TOO_MANY_INVALID_FRAMES') return ['protocol', 'too many frames that carry nothing'];
  if (rstCode) return ['response_closed', `a stream that was reset ${where} (${nameOf(rstCode)})`];
  return ['response_closed', closedWords(inAnswer)];
}

/** `REFUSED_STREAM`. */
function nameOf(rstCode: number): string {
  const found = Object.entries(constants).find(([name, value]) => value === rstCode && codes.has(name));
  return found ? found[0].replace('NGHTTP2_', '') : `code ${rstCode}`;
}

/** RFC 9113, section 7; the other constants share their numbers. */
const codes: ReadonlySet<string> = new Set([
  'NGHTTP2_PROTOCOL_ERROR',
  'NGHTTP2_INTERNAL_ERROR',
  'NGHTTP2_FLOW_CONTROL_ERROR',
  'NGHTTP2_SETTINGS_TIMEOUT',
  'NGHTTP2_STREAM_CLOSED',
  'NGHTTP2_FRAME_SIZE_ERROR',
  'NGHTTP2_REFUSED_STREAM',
  'NGHTTP2_CANCEL',
  'NGHTTP2_COMPRESSION_ERROR',
  'NGHTTP2_CONNECT_ERROR',
  'NGHTTP2_ENHANCE_YOUR_CALM',
  'NGHTTP2_INADEQUATE_SECURITY',
  'NGHTTP2_HTTP_1_1_REQUIRED',
]);
