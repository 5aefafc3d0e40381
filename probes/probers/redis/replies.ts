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
/** The longest list that a server sends by itself, that of its commands, has some 20,000. */
const mostElements = 65_536;

/** A list whose elements are still coming. */
class OpenList {
  readonly elements: Reply[] = [];
  readonly count: number;
  constructor(count: number) {
    this.count = count;
  }
}

/**
 * Reads one reply of version 2 of the protocol, strictly and within limits, packet by packet: no byte is looked at twice. Not by
 * the decoder of `@redis/client`: garbage makes that one loop for ever (`$*` or `!*` and some more bytes, found by feeding it
 * random ones), and here a peer may be anything.
 */
export class ReplyReader {
  readonly #open: OpenList[] = [];
  #elements = 0;
  /** Where the next element begins. */
  #at = 0;
  /** Up to where no end of its line was found. */
  #searched = 0;

  /**
   * Undefined where the reply has not all come yet. Throws a `Failure` for what is none.
   * @param unread what has come: the bytes of the last time, and more
   */
  read(unread: Buffer): { readonly used: number; readonly result: { readonly reply: Reply } } | undefined {
    for (;;) {
      const begun = this.#next(unread);
      if (begun === undefined) return undefined;
      if (begun instanceof OpenList && begun.count > 0) {
        this.#open.push(begun);
        continue;
      }
      const reply = this.#close(begun instanceof OpenList ? begun.elements : begun);
      if (reply !== undefined) return { used: this.#at, result: reply };
    }
  }

  /** Puts a whole element into the list that waits for it; the reply where none does. */
  #close(element: Reply): { readonly reply: Reply } | undefined {
    let whole = element;
    for (let list = this.#open.at(-1); list; list = this.#open.at(-1)) {
      list.elements.push(whole);
      if (list.elements.length < list.count) return undefined;
      this.#open.pop();
      whole = list.elements;
    }
    return { reply: whole };
  }

  /** The next element, or the beginning of a list; undefined where it has not all come. */
  #next(bytes: Buffer): Reply | OpenList | undefined {
    if (bytes.length === this.#at) return undefined;
    const kind = String.fromCharCode(bytes[this.#at] ?? 0);
    if (!'+-:$*'.includes(kind) || this.#open.length > deepest) throw noReply(bytes);
    const end = bytes.indexOf('\r\n', Math.max(this.#at, this.#searched));
    if (end === -1) {
      // The end may be cut in the middle.
      this.#searched = bytes.length - 1;
      return undefined;
    }
    const line = bytes.toString('utf8', this.#at + 1, end);
    if (kind === '+') return this.#taken(end + 2, line);
    if (kind === '-') return this.#taken(end + 2, new ReplyError(line));
    if (!/^-?\d{1,20}$/.test(line)) throw noReply(bytes);
    if (kind === ':') return this.#taken(end + 2, line);
    if (line === '-1') return this.#taken(end + 2, null);
    const count = Number(line);
    if (count < 0) throw noReply(bytes);
    if (kind === '*') {
      this.#expect(count);
      return this.#taken(end + 2, new OpenList(count));
    }
    return this.#bulk(bytes, end + 2, count);
  }

  #bulk(bytes: Buffer, from: number, length: number): string | undefined {
    if (length > largest) throw tooLarge();
    const end = from + length;
    if (bytes.length < end + 2) return undefined;
    if (bytes[end] !== 0x0d || bytes[end + 1] !== 0x0a) throw noReply(bytes);
    return this.#taken(end + 2, bytes.toString('utf8', from, end));
  }

  #taken<T>(end: number, element: T): T {
    this.#at = end;
    return element;
  }

  /** As many more are announced: what no server sends need not be waited for. */
  #expect(count: number): void {
    this.#elements += count;
    if (this.#elements > mostElements) {
      const wanted = `a reply of at most ${mostElements} elements`;
      throw new Failure('body_too_large', `a reply of more than ${mostElements} elements`, wanted);
    }
  }
}

function tooLarge(): Failure {
  return new Failure('body_too_large', 'a reply of over 1 MiB', 'a reply of at most 1 MiB');
}

function noReply(bytes: Buffer): Failure {
  const begin = oneLine(bytes.toString('latin1', 0, 40));
  return new Failure('protocol', `what is no reply of Redis: "${begin}"`, 'a Redis server');
}
