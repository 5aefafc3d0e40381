import { Failure, oneLine } from '../../net/failure.ts';

/** An error reply: `NOAUTH Authentication required.` */
export class ReplyError {
  readonly words: string;
  constructor(words: string) {
    this.words = words;
  }
  /** `NOAUTH`: its first word. */
  get code(): string {
    return this.words.split(' ', 1)[0] ?? '';
  }
}

export type Reply = string | null | ReplyError | readonly Reply[];

/** Bytes that are read of a server in all. */
export const largest = 1_048_576;
const deepest = 16;
/** The shortest element of an array: `+\r\n`. */
const shortest = 3;

/**
 * Reads one reply of version 2 of the protocol, strictly and within limits; undefined where it has not all come yet. Throws a
 * `Failure` for what is none. Not by the decoder of `@redis/client`: garbage makes that one loop for ever (`$*` or `!*` and
 * some more bytes, found by feeding it random ones), and here a peer may be anything.
 */
export function readReply(
  unread: Buffer,
): { readonly used: number; readonly result: { readonly reply: Reply } } | undefined {
  const reading = new Reading(unread);
  const reply = reading.reply(0);
  return reply === undefined ? undefined : { used: reading.at, result: { reply } };
}

function tooLarge(): Failure {
  return new Failure('body_too_large', 'a reply of over 1 MiB', 'a reply of at most 1 MiB');
}

/** One try at a reply, from the beginning of what is there; undefined where more must come first. */
class Reading {
  at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  reply(depth: number): Reply | undefined {
    if (this.#bytes.length === this.at) return undefined;
    const kind = String.fromCharCode(this.#bytes[this.at] ?? 0);
    if (!'+-:$*'.includes(kind) || depth > deepest) throw this.#noReply();
    const line = this.#line();
    if (line === undefined) return undefined;
    if (kind === '+') return line;
    if (kind === '-') return new ReplyError(line);
    if (!/^-?\d{1,20}$/.test(line)) throw this.#noReply();
    if (kind === ':') return line;
    if (line === '-1') return null;
    const count = Number(line);
    if (count < 0) throw this.#noReply();
    if (count * (kind === '*' ? shortest : 1) > largest) throw tooLarge();
    return kind === '$' ? this.#bulk(count) : this.#array(count, depth);
  }

  #bulk(length: number): string | undefined {
    const end = this.at + length;
    if (this.#bytes.length < end + 2) return undefined;
    if (this.#bytes.toString('latin1', end, end + 2) !== '\r\n') throw this.#noReply();
    const text = this.#bytes.toString('utf8', this.at, end);
    this.at = end + 2;
    return text;
  }

  #array(count: number, depth: number): Reply | undefined {
    const elements: Reply[] = [];
    while (elements.length < count) {
      const element = this.reply(depth + 1);
      if (element === undefined) return undefined;
      elements.push(element);
    }
    return elements;
  }

  /** What follows the kind, without the end of the line. */
  #line(): string | undefined {
    const end = this.#bytes.indexOf('\r\n', this.at);
    if (end === -1) return undefined;
    const text = this.#bytes.toString('utf8', this.at + 1, end);
    this.at = end + 2;
    return text;
  }

  #noReply(): Failure {
    const begin = oneLine(this.#bytes.toString('latin1', 0, 40));
    return new Failure('protocol', `what is no reply of Redis: "${begin}"`, 'a Redis server');
  }
}
