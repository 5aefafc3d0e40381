import { Failure } from '../../net/failure.ts';
import { bodyText } from './body-text.ts';
import { canDecode, codingsLimit, codingsOf, Decoder } from './decoder.ts';

/** A body that was read to its end. */
export interface ReadBody {
  readonly text: string;
  /** The content coding that cannot be undone: the text is what came, and tells nothing of what it stands for. */
  readonly unreadable?: string;
  /** What is to be said of how it was read. */
  readonly note?: string;
}

/** Said of a body whose coding cannot be undone. */
export function unreadableWords(coding: string): string {
  return `in the content coding ${coding}, which cannot be read`;
}

export interface BodyEvents {
  whole(body: ReadBody): void;
  failed(failure: Failure): void;
  /** Called after `flush` has said that no more should come. */
  drained(): void;
}

type Headers = Readonly<Record<string, readonly string[]>>;

/** Pieces smaller than this are put together in blocks. */
const smallPiece = 4_096;
const blockSize = 65_536;

/** Puts the body of an answer together from pieces of any size, undoes its content codings and makes a text of it. */
export class Body implements Disposable {
  readonly #headers: Headers;
  readonly #limit: number;
  readonly #events: BodyEvents;
  /** What came since the last `flush`, where it is to be decoded; all that there is, where not. */
  readonly #pieces = new Pieces();
  readonly #decoded = new Pieces();
  #decoder: Decoder | undefined;
  #codings: readonly string[] | undefined;
  #unreadable: string | undefined;
  #isOver = false;

  constructor(headers: Headers, limit: number, events: BodyEvents) {
    this.#headers = headers;
    this.#limit = limit;
    this.#events = events;
  }

  add(piece: Buffer): void {
    if (this.#isOver) return;
    // Not before there is something to decode: the answer to HEAD names a coding and has no body.
    this.#codings ??= this.#prepare();
    if (this.#isOver) return;
    this.#pieces.add(piece);
    if (!this.#decoder && this.#pieces.size > this.#limit) this.#tooLarge();
  }

  /** Hands on what came. Once for many pieces; false where no more should come before `drained`. */
  flush(): boolean {
    if (!this.#decoder || this.#isOver || this.#pieces.size === 0) return true;
    return this.#decoder.write(this.#pieces.take());
  }

  end(): void {
    if (this.#isOver) return;
    this.flush();
    if (this.#decoder) this.#decoder.end();
    else this.#whole(this.#pieces.take());
  }

  /** Whether all that is to come is what was decoded of it. */
  get isDecoding(): boolean {
    return this.#decoder !== undefined;
  }

  #prepare(): readonly string[] {
    const codings = codingsOf(this.#headers);
    if (codings.length === 0) return codings;
    if (codings.length > codingsLimit) {
      const found = `${codings.length} content codings one upon the other`;
      this.#failed(new Failure('protocol', found, `at most ${codingsLimit} content codings`));
      return codings;
    }
    this.#unreadable = codings.findLast((coding) => !canDecode(coding));
    if (this.#unreadable !== undefined) return codings;
    this.#decoder = new Decoder(codings, this.#limit, {
      data: (bytes) => this.#collect(bytes),
      end: () => this.#whole(this.#decoded.take()),
      drained: () => this.#events.drained(),
      tooLarge: () => this.#tooLarge(),
      failed: (coding, cause) =>
        this.#failed(
          new Failure('protocol', `a compressed body that cannot be read (${coding})`, 'an HTTP answer', { cause }),
        ),
    });
    return codings;
  }

  #collect(bytes: Buffer): void {
    if (this.#isOver) return;
    if (this.#decoded.size + bytes.length > this.#limit) this.#tooLarge();
    else this.#decoded.add(bytes);
  }

  #whole(bytes: Buffer): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { text, note } = bodyText(bytes, this.#headers['content-type']?.[0]);
    const unreadable = this.#unreadable;
    if (unreadable === undefined) this.#events.whole({ text, ...(note !== undefined && { note }) });
    else this.#events.whole({ text, unreadable, note: `a body ${unreadableWords(unreadable)}` });
  }

  #tooLarge(): void {
    const found = `a body of more than ${this.#limit} bytes`;
    this.#failed(new Failure('body_too_large', found, `a body of at most ${this.#limit} bytes`));
  }

  #failed(failure: Failure): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#events.failed(failure);
  }

  [Symbol.dispose](): void {
    this.#isOver = true;
    this.#decoder?.[Symbol.dispose]();
  }
}

/** Bytes in the order in which they came. A Buffer for each of a million small pieces would be a hundred times their size. */
class Pieces {
  #blocks: Buffer[] = [];
  /** The last block where small pieces are put together in it, and how much of it is in use. */
  #open: Buffer | undefined;
  #used = 0;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(piece: Buffer): void {
    this.#size += piece.length;
    if (this.#open && this.#used + piece.length > this.#open.length) this.#close();
    // One piece alone is the usual case.
    if (!this.#open && (piece.length >= smallPiece || this.#size === piece.length)) {
      this.#blocks.push(piece);
      return;
    }
    this.#open ??= Buffer.allocUnsafeSlow(blockSize);
    piece.copy(this.#open, this.#used);
    this.#used += piece.length;
  }

  /** All of it, and nothing is left. */
  take(): Buffer {
    this.#close();
    const blocks = this.#blocks;
    this.#blocks = [];
    this.#size = 0;
    const [first] = blocks;
    return first && blocks.length === 1 ? first : Buffer.concat(blocks);
  }

  #close(): void {
    if (this.#open) this.#blocks.push(this.#open.subarray(0, this.#used));
    this.#open = undefined;
    this.#used = 0;
  }
}
