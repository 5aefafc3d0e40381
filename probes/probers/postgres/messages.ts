import { Failure, oneLine } from '../../net/failure.ts';
import { Unread } from '../../net/unread.ts';

/** Every message that a server may begin. */
const kinds: ReadonlySet<string> = new Set([...'RKSZENTDCIAGHdcWv123nst']);

/** What a login may take: libpq's own limit of a message before the session is open. */
const loginLimit = 30_000;
const sessionLimit = 1_048_576;
/** A row is one; so are the notices and settings of a login, of which a server sends some twenty. */
const mostMessages = 65_536;

/**
 * Cuts what a server sends into whole messages and lets through only those that `pg` can read: its parser trusts the
 * server, reads an error without an end for ever, and throws where nobody catches. Throws a `Failure`.
 */
export class Messages {
  readonly #rest = new Unread();
  #size = 0;
  #count = 0;
  #limit = loginLimit;

  /** From now on answers to queries may come, which are longer. */
  loggedIn(): void {
    this.#limit = sessionLimit;
    this.#size = 0;
  }

  read(chunk: Buffer): readonly Buffer[] {
    this.#rest.append(chunk);
    this.#size += chunk.length;
    const whole: Buffer[] = [];
    for (let rest = this.#rest.view; rest.length > 0; rest = this.#rest.view) {
      if (!kinds.has(String.fromCharCode(rest[0] ?? 0))) throw this.#noMessage();
      if (rest.length < 5) break;
      const end = 1 + rest.readUInt32BE(1);
      if (end < 5 || (end > this.#limit && this.#limit === loginLimit)) throw this.#noMessage();
      if (end > this.#limit) throw tooLarge();
      if (rest.length < end) break;
      const message = rest.subarray(0, end);
      if (/^[EN]/.test(message.toString('latin1', 0, 1)) && !hasEnd(message)) throw this.#noMessage();
      if (++this.#count > mostMessages) throw tooMany();
      whole.push(message);
      this.#rest.drop(end);
    }
    if (this.#size > this.#limit) throw this.#limit === loginLimit ? this.#noMessage() : tooLarge();
    return whole;
  }

  #noMessage(): Failure {
    const begin = oneLine(this.#rest.view.toString('latin1', 0, 40));
    return new Failure('protocol', `what is no message of PostgreSQL: "${begin}"`, 'a PostgreSQL server');
  }
}

/** Name and value of a setting that the server reports of itself. */
export function parameterStatus(message: Buffer): readonly [name: string, value: string] | undefined {
  if (message[0] !== 0x53) return undefined;
  const [name = '', value = ''] = message.toString('utf8', 5).split('\0');
  return [name, value];
}

/** Errors and notices are fields, each a letter and a text, and end with a zero where the next letter would be. */
function hasEnd(message: Buffer): boolean {
  let at = 5;
  while (at < message.length && message[at] !== 0) {
    const end = message.indexOf(0, at + 1);
    if (end === -1) return false;
    at = end + 1;
  }
  return at === message.length - 1;
}

function tooLarge(): Failure {
  return new Failure('body_too_large', 'an answer of over 1 MiB', 'an answer of at most 1 MiB');
}

function tooMany(): Failure {
  const wanted = `an answer of at most ${mostMessages} messages`;
  return new Failure('body_too_large', `an answer of more than ${mostMessages} messages`, wanted);
}
