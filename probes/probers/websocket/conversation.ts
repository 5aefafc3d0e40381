import type { Socket } from 'node:net';
import WebSocket, { type RawData } from 'ws';
import { sayDuration } from '../../../stack/duration.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure, oneLine } from '../../net/failure.ts';
import { tlsFailure } from '../../net/tls-failure.ts';
import type { Recorder } from '../recorder.ts';
import type { TextPattern } from '../text-pattern.ts';
import { FrameCounter, mostFrames } from './frames.ts';

export interface Opening {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly protocols: readonly string[];
  readonly messageLimit: number;
}

/** A WebSocket on our own socket, which the caller destroys. Each step ends with the run, whatever the peer does. */
export class Conversation {
  readonly #socket: WebSocket;
  readonly #run: Run;
  readonly #recorder: Recorder;
  /** What ended it, kept for the step that comes next. */
  #end: Failure | undefined;
  #onEnd: (failure: Failure) => void = () => {};
  #onMessage: ((text: string) => void) | undefined;
  /** What came before anybody waited for it: a server may greet in the packet in which it upgrades. */
  readonly #earlier: string[] = [];
  #close: Close | undefined;
  #onClose: (close: Close) => void = () => {};
  #status: number | undefined;

  constructor(socket: Socket, opening: Opening, run: Run, recorder: Recorder) {
    this.#run = run;
    this.#recorder = recorder;
    this.#socket = new WebSocket(opening.url, [...opening.protocols], {
      createConnection: () => socket,
      headers: { ...opening.headers },
      followRedirects: false,
      // A peer must not make us inflate what it sends.
      perMessageDeflate: false,
      maxPayload: opening.messageLimit,
      ...pongsWithoutLimit,
    });
    this.#socket.on('error', (error) => this.#over(this.#failureOf(error)));
    this.#socket.on('unexpected-response', (_request, response) => {
      this.#status = response.statusCode ?? 0;
      this.#over(new Failure('status', `status ${this.#status}`, 'status 101, the upgrade to a WebSocket'));
      response.destroy();
    });
    this.#socket.on('upgrade', ({ statusCode }) => {
      this.#status = statusCode;
    });
    // Not before: what came behind the head is put back into the socket, for the listeners that there are by then.
    this.#socket.once('open', () => this.#limitFrames(socket));
    this.#socket.on('message', (data) => this.#take(textOf(data)));
    this.#socket.on('close', (code, reason) => {
      const said = oneLine(reason.toString('utf8'));
      this.#close = { code, words: said ? `${codeWords(code)}: ${said}` : codeWords(code) };
      this.#onClose(this.#close);
      this.#over(new Failure('response_closed', `a connection closed with ${this.#close.words}`, anAnswer));
    });
  }

  /** The status of the answer to the handshake; undefined where there was none. */
  get status(): number | undefined {
    return this.#status;
  }

  /** The subprotocol that the server chose; empty where there is none. */
  async opened(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#socket.once('open', resolve);
    await this.#until(promise, 'no end of the handshake', 'a WebSocket');
    return this.#socket.protocol;
  }

  send(text: string): void {
    this.#socket.send(text, () => {
      // Whether it could be written is seen by what ends the connection.
    });
  }

  /** Waits for a message that the pattern matches, no longer than `withinMs`; returns it. */
  async message(pattern: TextPattern, withinMs: number | undefined): Promise<string> {
    const expected = `a message with ${pattern.written}`;
    const { promise, resolve } = Promise.withResolvers<string>();
    let [seen, last] = [0, ''];
    const look = (text: string) => {
      seen++;
      last = text;
      if (pattern.matches(text)) resolve(text);
    };
    for (const text of this.#earlier) look(text);
    this.#onMessage = look;
    const words = () =>
      seen === 0
        ? 'no message'
        : `${seen === 1 ? 'only the message' : `${seen} messages, the last of them`} ${this.#shown(last)}`;
    try {
      return await this.#until(promise, 'no message', expected, withinMs);
    } catch (error) {
      if (error instanceof Failure && seen > 0 && error.reason === 'response_timeout')
        throw new Failure('answer', words(), expected);
      throw error;
    } finally {
      this.#onMessage = undefined;
    }
  }

  /** Says goodbye, unless the peer has, and waits until both have. */
  async closed(withinMs?: number): Promise<void> {
    const { code, words } = await this.#goodbye(withinMs);
    const failure = (reason: Failure['reason']) => new Failure(reason, `a connection closed with ${words}`, closeFrame);
    if (code === noCloseFrame) throw failure('response_closed');
    if (!harmless.has(code)) throw failure('answer');
  }

  /**
   * The same where all that was expected has come: a peer that just hangs up, or says nothing more, has done what it is
   * there for. One that closes with a code for something wrong has not.
   */
  async closedAfterMessage(): Promise<void> {
    const leftMs = Math.max(0, this.#run.timeoutMs - this.#recorder.elapsedMs());
    try {
      await this.closed(Math.min(goodbyeMs, leftMs / 2));
    } catch (error) {
      const isMissing =
        error instanceof Failure && (error.reason === 'response_closed' || error.reason === 'response_timeout');
      if (!isMissing) throw error;
      this.#recorder.step(`no good-bye: ${error.found}`);
    }
  }

  async #goodbye(withinMs?: number): Promise<Close> {
    const { promise, resolve } = Promise.withResolvers<Close>();
    this.#onClose = resolve;
    if (this.#close) resolve(this.#close);
    else this.#socket.close(1000);
    const close = await this.#until(promise, 'no end of the closing handshake', closeFrame, withinMs);
    if (close.code !== noCloseFrame) this.#recorder.step(`< closed with ${close.words}`);
    return close;
  }

  /** Leaves nothing behind: no timer, no listener that could throw. */
  end(): void {
    this.#onEnd = () => {};
    this.#socket.terminate();
  }

  async #until<T>(work: Promise<T>, what: string, expected: string, limitMs?: number): Promise<T> {
    const { promise: over, reject } = Promise.withResolvers<never>();
    const late = (ms: number) => reject(new Failure('response_timeout', `${what} in ${sayDuration(ms)}`, expected));
    const aborted = () => late(this.#run.timeoutMs);
    const timer = limitMs === undefined ? undefined : setTimeout(() => late(Math.round(limitMs)), limitMs);
    this.#onEnd = ({ reason, found, expected: own, cause }) =>
      reject(new Failure(reason, found, reason === 'status' ? own : expected, { cause }));
    this.#run.signal.addEventListener('abort', aborted, { once: true });
    if (this.#run.signal.aborted) aborted();
    try {
      // What was waited for counts, even if the peer has gone since.
      if (this.#end) queueMicrotask(() => this.#end && this.#onEnd(this.#end));
      return await Promise.race([work, over]);
    } finally {
      clearTimeout(timer);
      this.#onEnd = () => {};
      this.#run.signal.removeEventListener('abort', aborted);
    }
  }

  #over(failure: Failure): void {
    // The first thing that went wrong is the reason; what follows follows from it.
    this.#end ??= failure;
    this.#onEnd(this.#end);
  }

  /** Of what comes from now on, before `ws` has it: that one answers every ping. */
  #limitFrames(socket: Socket): void {
    const counter = new FrameCounter();
    const count = (chunk: Buffer) => {
      if (counter.read(chunk)) return;
      socket.off('data', count);
      this.#over(new Failure('protocol', `more than ${mostFrames} frames`, anAnswer));
      socket.destroy();
    };
    socket.prependListener('data', count);
  }

  #take(text: string): void {
    if (this.#onMessage) this.#onMessage(text);
    else if (this.#earlier.length < 16) this.#earlier.push(text);
  }

  #shown(text: string): string {
    // Masked before it is cut: half a secret is one too.
    const line = oneLine(this.#recorder.hide(text));
    return line.length > 80 ? `${line.slice(0, 79)}…` : line;
  }

  #failureOf(error: unknown): Failure {
    const code = codeOf(error);
    const words = error instanceof Error ? error.message : String(error);
    const refused = tlsFailure(error);
    if (refused.reason === 'certificate_client')
      return new Failure(refused.reason, refused.found, anAnswer, { cause: error });
    const failure = (reason: Failure['reason'], found: string) =>
      new Failure(reason, found, anAnswer, { cause: error });
    switch (code) {
      case 'ECONNRESET':
        // Node says so of a connection that was closed before the answer to the handshake, too.
        return failure(
          'response_closed',
          words.includes('hang up')
            ? 'a connection that was closed during the handshake'
            : 'a connection that was reset',
        );
      case 'EPIPE':
        return failure('response_closed', 'a connection that was closed');
      case 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH':
        return failure('body_too_large', 'a message larger than allowed');
      default:
        return failure('protocol', `no WebSocket: ${words}`);
    }
  }
}

const anAnswer = 'a WebSocket';

const closeFrame = 'a close frame';

/** How long a good-bye is waited for of which the verdict does not depend. */
const goodbyeMs = 1_000;

/** Frames of every kind are counted here: `ws` would hang up, and call it the end of the connection. Its types lack this. */
const pongsWithoutLimit = { maxPendingAutoPongs: 0 };

interface Close {
  readonly code: number;
  readonly words: string;
}

/** What stands for a code where there is none (RFC 6455, section 7.4.1). */
const noCode = 1005;
const noCloseFrame = 1006;
/** Done, going away, and no code: the others say that something is wrong. */
const harmless: ReadonlySet<number> = new Set([1000, 1001, noCode]);

function codeWords(code: number): string {
  if (code === noCloseFrame) return 'no close frame';
  return code === noCode ? 'no code' : `code ${code}`;
}

function textOf(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8');
  return Buffer.isBuffer(data) ? data.toString('utf8') : Buffer.from(data).toString('utf8');
}
