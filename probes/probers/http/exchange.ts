import type { Socket } from 'node:net';
import { sayDuration } from '../../../stack/duration.ts';
import type { Reason } from '../../../stack/reasons.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { tlsFailure } from '../../net/tls-failure.ts';
import { whenAborted } from '../../net/when-aborted.ts';
import type { Recorder } from '../recorder.ts';
import { type AnswerHead, type AnswerParser, AnswerParsers, type AnswerReader } from './answer-parser.ts';
import { Body, type ReadBody } from './body.ts';
import { cookieLines } from './cookies.ts';
import type { Answer } from './expect.ts';
import { limitCode, type Oddity, type ParseFault } from './framing.ts';
import { byName, locationOf } from './headers.ts';

export interface Request {
  readonly url: URL;
  /** What is asked for, where it is not path and query of the URL: a proxy is told the whole of it. */
  readonly target?: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly bodyLimit: number;
  /** Refuses what RFC 9112 does not allow, though every client reads it. */
  readonly isStrict?: boolean;
}

/** The answer, without how long it took: that is for the whole attempt to say. */
export interface Exchanged extends Omit<Answer, 'durationMs' | 'phases'> {
  /** Where it leads to: the header `location`, with bytes that are no UTF-8 as `%E9`. */
  readonly location?: string;
  /** What it sets, as `cookieLines` has it; left out where that is nothing. */
  readonly setCookies?: readonly string[];
}

const expected = 'an HTTP answer';

/** Only a cache: a parser between two answers remembers nothing. */
const parsers = new AnswerParsers();

/**
 * Sends one request on a socket that is already connected, and reads the answer to its end. Exactly one: nothing is ever
 * sent again. Throws a `Failure`. The caller destroys the socket.
 */
export function exchange(socket: Socket, request: Request, run: Run, recorder: Recorder): Promise<Exchanged> {
  return new Exchange(socket, request, run, recorder).result;
}

/** One request and its answer; times are taken where the bytes arrive, and nothing is awaited in between. */
class Exchange implements AnswerReader {
  readonly result: Promise<Exchanged>;
  readonly #socket: Socket;
  readonly #request: Request;
  readonly #run: Run;
  readonly #recorder: Recorder;
  readonly #parser: AnswerParser;
  readonly #resolve: (answer: Exchanged) => void;
  readonly #reject: (error: unknown) => void;
  readonly #onData = (chunk: Buffer) => this.#read(chunk);
  readonly #onEnd = () => this.#ended();
  readonly #onError = (error: Error) => this.#broken(error);
  readonly #onClose = () => this.#closed('closed');
  #phaseBeganMs: number;
  #head: AnswerHead | undefined;
  #headers: Readonly<Record<string, readonly string[]>> = {};
  #body: Body | undefined;
  /** The answer has been read whole; a decoder may still be at it. */
  #whole = false;
  #settled = false;
  #stopWaiting: (() => void) | undefined;

  constructor(socket: Socket, request: Request, run: Run, recorder: Recorder) {
    this.#socket = socket;
    this.#request = request;
    this.#run = run;
    this.#recorder = recorder;
    this.#parser = parsers.take();
    this.#parser.begin(this);
    const { promise, resolve, reject } = Promise.withResolvers<Exchanged>();
    this.result = promise;
    this.#resolve = resolve;
    this.#reject = reject;
    this.#phaseBeganMs = recorder.elapsedMs();
    this.#begin();
  }

  #begin(): void {
    const { url, method } = this.#request;
    this.#recorder.step(`> ${method} ${url.pathname}${url.search ? '?…' : ''} HTTP/1.1`);
    this.#stopWaiting = whenAborted(this.#run, () => this.#timedOut());
    if (this.#settled) return;
    // What happened to it before anybody listened is not told again.
    if (this.#socket.errored) this.#broken(this.#socket.errored);
    else if (this.#socket.destroyed) this.#closed('closed');
    else this.#send();
  }

  #send(): void {
    this.#socket.on('data', this.#onData).on('end', this.#onEnd).on('error', this.#onError).on('close', this.#onClose);
    try {
      const message = wireMessage(this.#request);
      this.#phaseBeganMs = this.#recorder.elapsedMs();
      if (typeof message === 'string') this.#socket.write(message, 'latin1');
      else this.#socket.write(message);
    } catch (error) {
      this.#fail(error);
    }
  }

  #read(chunk: Buffer): void {
    if (this.#settled || this.#whole) return;
    const fault = this.#parser.read(chunk);
    // What follows a whole answer is none of ours.
    if (fault && !this.#settled && !this.#whole) this.#malformed(fault);
    if (!this.#settled && this.#body && !this.#body.flush()) this.#socket.pause();
  }

  oddity(oddity: Oddity): void {
    if (this.#settled || this.#whole) return;
    this.#recorder.step(`not as RFC 9112 has it: ${oddity}`);
    if (this.#request.isStrict) this.#fail(this.#failure('protocol', oddity, 'an answer as RFC 9112 has it'));
  }

  head(head: AnswerHead): boolean {
    if (this.#settled || this.#whole) return true;
    if (head.status === 101) {
      this.#fail(this.#failure('protocol', 'a switch to another protocol that nobody asked for'));
      return true;
    }
    // RFC 9110, section 15.2: any number of interim answers may come first, also where nobody asked for them.
    if (head.status < 200) return false;
    const arrivedMs = this.#recorder.arrivedMs();
    this.#recorder.phase('processing', arrivedMs - this.#phaseBeganMs);
    this.#phaseBeganMs = arrivedMs;
    this.#head = head;
    this.#headers = byName(head.headers);
    this.#recorder.lazySteps(headSteps(head.status, head.version, this.#headers));
    return this.#request.method === 'HEAD';
  }

  body(chunk: Buffer): void {
    if (this.#settled) return;
    this.#body ??= new Body(this.#headers, this.#request.bodyLimit, {
      whole: (body) => this.#answered(body),
      failed: (failure) => this.#fail(failure),
      drained: () => this.#socket.resume(),
    });
    this.#body.add(chunk);
  }

  end(): void {
    // An interim answer ends too.
    if (this.#settled || !this.#head) return;
    this.#whole = true;
    if (this.#body) this.#body.end();
    else this.#answered({ text: '' });
  }

  #answered({ text, note, unreadable }: ReadBody): void {
    if (this.#settled || !this.#head) return;
    const { status, version, headers } = this.#head;
    // A decoder is done in a turn of its own.
    this.#end(this.#body?.isDecoding ? undefined : this.#recorder.arrivedMs());
    if (note !== undefined) this.#recorder.step(note);
    this.#recorder.step(`a body of ${text.length} characters`);
    const location = locationOf(headers);
    const setCookies = this.#headers['set-cookie'] && cookieLines(headers);
    this.#resolve({
      status,
      version,
      headers: this.#headers,
      body: text,
      ...(unreadable !== undefined && { unreadable }),
      ...(location !== undefined && { location }),
      ...(setCookies && { setCookies }),
    });
  }

  #ended(): void {
    if (this.#settled || this.#whole) return;
    // The end of the connection is the end of a body without a length.
    const fault = this.#parser.finish();
    if (!this.#settled && !this.#whole) this.#closed('closed', fault);
  }

  #broken(error: Error): void {
    if (this.#settled || (this.#whole && !this.#body?.isDecoding)) return;
    const code = codeOf(error);
    if (code.startsWith('ERR_SSL_')) {
      const { reason, found } = tlsFailure(error);
      this.#fail(this.#failure(reason, found, expected, error));
    } else if (gone.has(code)) {
      this.#closed(code === 'ECONNRESET' ? 'reset' : 'closed', error);
    } else {
      // What the system says of a connection that stood is about the way to the target, or about the target.
      const found = `a connection that broke ${this.#where()} (${code || error.message})`;
      this.#fail(this.#failure('response_closed', found, expected, error));
    }
  }

  #where(): string {
    return this.#head ? 'in the middle of the answer' : 'before the answer';
  }

  #closed(how: 'closed' | 'reset', cause?: unknown): void {
    if (this.#settled || this.#whole) return;
    const found = `a connection that was ${how} ${this.#where()}`;
    this.#fail(this.#failure('response_closed', found, expected, cause));
  }

  #malformed(fault: ParseFault): void {
    this.#fail(this.#failure('protocol', malformedWords(fault)));
  }

  #timedOut(): void {
    const waited = sayDuration(this.#run.timeoutMs);
    this.#fail(
      this.#head
        ? this.#failure('body_timeout', `a body that did not end in ${waited}`)
        : this.#failure('response_timeout', `no answer in ${waited}`),
    );
  }

  #failure(reason: Reason, found: string, wanted = expected, cause?: unknown): Failure {
    return new Failure(reason, found, wanted, { cause });
  }

  #fail(error: unknown): void {
    if (this.#settled) return;
    this.#end();
    this.#reject(error);
  }

  /** Whatever it came to: the phase that ran is over, and so is the connection. */
  #end(endedMs = this.#recorder.elapsedMs()): void {
    this.#settled = true;
    this.#recorder.phase(this.#head ? 'transfer' : 'processing', endedMs - this.#phaseBeganMs);
    this.#stopWaiting?.();
    // A closed socket lives on until the collector's next full turn, and with it whatever still listens to it.
    this.#socket
      .off('data', this.#onData)
      .off('end', this.#onEnd)
      .off('error', this.#onError)
      .off('close', this.#onClose);
    this.#socket.on('error', ignore).destroy();
    this.#body?.[Symbol.dispose]();
    // Not at once: the parser may be what called us.
    queueMicrotask(() => parsers.giveBack(this.#parser));
  }
}

function ignore(): void {}

/** Codes of a connection that is no more. */
const gone: ReadonlySet<string> = new Set(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'ERR_STREAM_PREMATURE_CLOSE']);

function malformedWords({ code, words }: ParseFault): string {
  switch (code) {
    case limitCode:
      return words;
    case 'HPE_HEADER_OVERFLOW':
      return 'headers of more than 64 KiB';
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return 'chunk extensions of more than 16 KiB';
    default:
      return `an answer that is not HTTP (${words})`;
  }
}

/** The request as it goes on the wire: one connection, one request. A text is Latin-1. */
function wireMessage({ url, target, method, headers, body }: Request): string | Buffer {
  let head = `${method} ${target ?? url.pathname + url.search} HTTP/1.1\r\nhost: ${headers.host ?? url.host}\r\nconnection: close\r\n`;
  for (const name in headers) if (name !== 'host') head += `${name}: ${headers[name]}\r\n`;
  if (body !== undefined) head += `content-length: ${Buffer.byteLength(body)}\r\n`;
  else if (bodied.has(method)) head += 'content-length: 0\r\n';
  head += '\r\n';
  // A header may hold bytes beyond ASCII, as Latin-1 has them (RFC 9110, section 5.5), and nothing that it has not.
  if (beyondLatin1.test(head)) throw new Error('a header with characters that no header can hold');
  return body === undefined ? head : Buffer.concat([Buffer.from(head, 'latin1'), Buffer.from(body)]);
}

const beyondLatin1 = /[^\0-\xff]/;
/** Methods whose request says that it has no body where it has none (RFC 9110, section 8.6). */
const bodied: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);

/** Headers whose values can be credentials, as their names say: `set-cookie`, `x-auth-token`, `www-authenticate`, `x-csrf-key`. */
const hidden = /cookie|auth|token|secret|session|passw|(?:^|-)(?:api-?)?key$|signature|jwt/;

/** Steps that hold on to the headers, and to nothing else of the exchange. */
export function headSteps(status: number, version: string, headers: Exchanged['headers']): () => readonly string[] {
  return () => {
    const lines = Object.entries(headers).map(([name, values]) => `< ${name}: ${shownHeader(name, values.join(', '))}`);
    return [`< HTTP/${version} ${status}`, ...lines];
  };
}

function shownHeader(name: string, value: string): string {
  if (hidden.test(name)) return '[redacted]';
  // Where a login redirects to, its query is a credential.
  return name === 'location' ? value.replaceAll(/([?&][^=&#]*=)[^&#]*/g, '$1[redacted]') : value;
}
