import type { Socket } from 'node:net';
import { sayDuration } from '../../stack/duration.ts';
import type { Run } from '../model.ts';
import { codeOf, Failure } from './failure.ts';
import { tlsFailure } from './tls-failure.ts';
import { Unread } from './unread.ts';

/** What is read of a peer in one conversation; more is none. A menu of a mail server has some twenty lines. */
const limits = { bytes: 65_536, lines: 1_024 };

/**
 * Talk with a peer in turns: what it said is kept until it is taken. It ends with `release`, after which the socket may be
 * handed on, or with the socket. All that waits throws a `Failure` at the deadline and when the peer hangs up.
 */
export class Conversation {
  readonly #socket: Socket;
  readonly #run: Run;
  readonly #mostBytes: number;
  readonly #unread = new Unread();
  #received = 0;
  #lines = 0;
  #ended: 'closed' | 'reset' | undefined;
  /** By TLS 1.3 the server refuses our certificate only when it answers for the first time. */
  #refusal: string | undefined;
  #wake = () => {};

  /** @param mostBytes what is read of the peer in all; more is no conversation */
  constructor(socket: Socket, run: Run, mostBytes = limits.bytes) {
    this.#socket = socket;
    this.#run = run;
    this.#mostBytes = mostBytes;
    socket.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd).on('error', this.#onError);
    run.signal.addEventListener('abort', this.#onAbort);
    // An earlier conversation has left it paused.
    socket.resume();
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /**
   * What `take` makes of what has been said, as soon as it makes something of it.
   * @param take gets what is unread, and returns how much of it it used together with its result; undefined to wait for more.
   * It is then called with the same bytes and those that came: what it has looked at need not be looked at again
   * @param expected what is waited for, as in `a greeting`
   */
  async take<T>(
    take: (unread: Buffer) => { readonly used: number; readonly result: T } | undefined,
    expected: string,
  ): Promise<T> {
    for (;;) {
      const taken = take(this.#unread.view);
      if (taken) {
        this.#unread.drop(taken.used);
        return taken.result;
      }
      if (this.#run.signal.aborted) {
        throw new Failure('response_timeout', `no answer in ${sayDuration(this.#run.timeoutMs)}`, expected);
      }
      if (this.#refusal !== undefined) throw new Failure('certificate_client', this.#refusal, expected);
      if (this.#ended) throw new Failure('response_closed', `a connection that was ${this.#ended}`, expected);
      if (this.#received > this.#mostBytes) {
        throw new Failure('answer', `${this.#mostBytes} bytes without it`, expected);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What has been said and not yet taken. */
  get unread(): Buffer {
    return this.#unread.view;
  }

  /**
   * The next line, without its end.
   * @param prompt what is made of a beginning that is no whole line yet; undefined to wait for more
   */
  async line(expected: string, prompt: (begun: Buffer) => string | undefined = () => undefined): Promise<string> {
    if (++this.#lines > limits.lines) throw new Failure('answer', `${limits.lines} lines without it`, expected);
    let searched = 0;
    return await this.take((unread) => {
      const end = unread.indexOf('\n', searched);
      if (end !== -1) return { used: end + 1, result: unread.toString('utf8', 0, end).replace(/\r$/, '') };
      searched = unread.length;
      const result = prompt(unread);
      return result === undefined ? undefined : { used: unread.length, result };
    }, expected);
  }

  /** Leaves the socket alone, paused; what the peer has said that nobody took. */
  release(): Buffer {
    const socket = this.#socket;
    socket.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd).off('error', this.#onError);
    this.#run.signal.removeEventListener('abort', this.#onAbort);
    socket.pause();
    return this.#unread.view;
  }

  readonly #onData = (chunk: Buffer) => {
    this.#received += chunk.length;
    this.#unread.append(chunk);
    // A peer that never stops is not read to its end.
    if (this.#received > this.#mostBytes) this.#socket.pause();
    this.#wake();
  };

  readonly #onEnd = () => {
    this.#ended ??= 'closed';
    this.#wake();
  };

  readonly #onError = (error: unknown) => {
    const { reason, found } = tlsFailure(error);
    if (reason === 'certificate_client') this.#refusal = found;
    this.#ended ??= codeOf(error) === 'ECONNRESET' ? 'reset' : 'closed';
    this.#wake();
  };

  readonly #onAbort = () => this.#wake();
}
