import type { Socket } from 'node:net';
import type { Run } from '../../model.ts';
import { Conversation } from '../../net/conversation.ts';
import { Failure, oneLine } from '../../net/failure.ts';
import { type SecureOptions, secure } from '../../net/secure.ts';
import type { Recorder } from '../recorder.ts';

export interface SmtpReply {
  readonly code: number;
  /** Without the code. */
  readonly lines: readonly string[];
}

/** Commands and their replies (RFC 5321), one at a time, on a socket that is connected. Ends with `leave`. */
export class SmtpSession {
  readonly #run: Run;
  readonly #recorder: Recorder;
  #socket: Socket;
  /** Undefined while TLS is agreed on. */
  #talk: Conversation | undefined;

  constructor(socket: Socket, run: Run, recorder: Recorder) {
    this.#run = run;
    this.#recorder = recorder;
    this.#socket = socket;
  }

  /** The next reply; a `Failure` where what comes is none. */
  async reply(expected: string): Promise<SmtpReply> {
    const talk = this.#talking();
    const lines: string[] = [];
    for (;;) {
      const line = await talk.line(expected);
      const [, code = '', more, text = ''] = /^([2-5]\d\d)(?:([- ])(.*))?$/s.exec(line) ?? [];
      if (!code) throw new Failure('protocol', `what is no reply of SMTP: ${quoted(line)}`, expected);
      lines.push(text);
      this.#recorder.step(`< ${line}`);
      if (more !== '-') return { code: Number(code), lines };
    }
  }

  /**
   * Sends a command and returns its reply.
   * @param shown what is said of it in the steps, where it is secret
   */
  async ask(command: string, expected: string, shown = command): Promise<SmtpReply> {
    this.#recorder.step(`> ${shown}`);
    this.#talking().send(`${command}\r\n`);
    return this.reply(expected);
  }

  #talking(): Conversation {
    this.#talk ??= new Conversation(this.#socket, this.#run);
    return this.#talk;
  }

  /** Does the TLS handshake, for which the server waits. */
  async secure(wanted: SecureOptions): Promise<void> {
    const early = this.#talk?.release() ?? '';
    this.#talk = undefined;
    // Whoever sits in between could put its own words here, to be taken for those of the server (CVE-2011-0411).
    if (early.length > 0) {
      throw new Failure('protocol', 'more words in the clear after TLS was agreed on', 'a TLS handshake');
    }
    this.#socket = await secure(this.#socket, wanted, this.#run, this.#recorder);
  }

  /** Says good-bye, without waiting for it to be returned, and closes. Where there is no time left, just closes. */
  leave(): void {
    if (!this.#talk || this.#run.signal.aborted) return void this.#socket.destroy();
    this.#talk.send('QUIT\r\n');
    this.#talk.release();
    this.#socket.destroySoon();
  }
}

/** What a stranger said, of which the beginning is enough. */
export function quoted(text: string): string {
  const line = oneLine(text);
  return `"${line.length > 80 ? `${line.slice(0, 79).replace(/[\ud800-\udbff]$/, '')}…` : line}"`;
}
