import { ByteStore } from './byte-store.ts';
import { isBlank, trimmed, unfolded } from './header-line.ts';

/** What of an answer RFC 9112 does not allow, and the usual clients read all the same. */
export type Oddity =
  | 'header lines that end with LF alone'
  | 'a header that is folded over several lines'
  | 'a blank before the colon of a header'
  | 'a header whose name holds a blank, which is left out'
  | 'Content-Length twice with the same value'
  | 'Content-Length beside Transfer-Encoding'
  | 'a blank behind a chunk size'
  | 'a chunk size that ends with LF alone';

/** Why bytes are no HTTP: the code and the words of llhttp, or ours. */
export interface ParseFault {
  readonly code: string;
  readonly words: string;
}

/** The code of a fault that is a limit: its words say all. */
export const limitCode = 'LIMIT';

/** What follows a head. */
export type Following = 'head' | 'chunks' | 'bytes';

/** Reads the bytes that were put right. */
export interface FramedReader {
  execute(bytes: Buffer): ParseFault | undefined;
  /** What follows the head that was just executed to its end. */
  following(): Following;
  oddity(oddity: Oddity): void;
}

/** One head with its trailers. */
export const headLimit = 65_536;
/** All heads of one attempt, interim ones too, with their trailers. curl reads 300 kB. */
const headsLimit = 262_144;
const interimLimit = 100;
/** How many chunks a body may have whatever its size; those beyond must hold 64 bytes on the average. */
const freeChunks = 16_384;
const usualChunk = 64;
/** A chunk size with its leading zeros and its extensions. */
const sizeLineLimit = 16_384;

const lf = 10;
const cr = 13;
const colon = 58;
const semicolon = 59;
const lineEnd = Buffer.from('\r\n');

type Place = 'status line' | 'header' | 'bytes' | 'chunk size' | 'chunk' | 'chunk end' | 'trailer';

/**
 * Stands before the parser: names what is odd about the lines of an answer, puts right what no lenient flag of llhttp allows,
 * refuses what a flag allows and the usual clients do not, and keeps the limits. Pieces may be of any size, and each byte is
 * looked at once. What is no HTTP at all is for the parser to say.
 */
export class Framing {
  readonly #reader: FramedReader;
  #place: Place = 'status line';
  /** The bytes at hand, how far they were read, and from where on the parser has not had them. */
  #bytes: Buffer = lineEnd;
  #at = 0;
  #given = 0;
  /** The beginning of a header whose end has not come yet, and how much of it was searched for its end. */
  readonly #held = new ByteStore();
  #searched = 0;
  /** Of a line that is not held: its last byte so far, and its size. */
  #last = 0;
  #lineSize = 0;
  #headBytes = 0;
  #interims = 0;
  #length: string | undefined;
  #isTransferEncoded = false;
  #isFolded = false;
  /** Of the chunk size as far as it was read, and then of the chunk: the bytes that are to come. */
  #left = 0;
  #sizePart: 'digits' | 'blanks' | 'extension' = 'digits';
  #chunks = 0;
  #chunkBytes = 0;

  constructor(reader: FramedReader) {
    this.#reader = reader;
  }

  /** Another answer: nothing is left of the one before. */
  begin(): void {
    this.#held.clear();
    this.#headBytes = 0;
    this.#interims = 0;
    this.#chunks = 0;
    this.#chunkBytes = 0;
    this.#beginHead();
  }

  #beginHead(): void {
    this.#place = 'status line';
    this.#last = 0;
    this.#lineSize = 0;
    this.#searched = 0;
    this.#length = undefined;
    this.#isTransferEncoded = false;
    this.#isFolded = false;
  }

  /** Has the parser read what came so far, but for a header that has not ended. */
  read(bytes: Buffer): ParseFault | undefined {
    this.#bytes = this.#held.size === 0 ? bytes : this.#held.takeWith(bytes);
    this.#at = 0;
    this.#given = 0;
    let fault: ParseFault | undefined;
    while (this.#at < this.#bytes.length && !fault) fault = this.#readOn();
    fault ??= this.#give(this.#at);
    this.#bytes = lineEnd;
    return fault;
  }

  #readOn(): ParseFault | undefined {
    switch (this.#place) {
      case 'status line':
        return this.#readStatusLine();
      case 'header':
      case 'trailer':
        return this.#readHeader();
      case 'chunk size':
        return this.#readChunkSize();
      case 'chunk':
        return this.#readChunk();
      case 'chunk end':
        return this.#readChunkEnd();
      case 'bytes':
        this.#at = this.#bytes.length;
        return undefined;
      default:
        return this.#place satisfies never;
    }
  }

  /** Gives the parser what was read up to here. */
  #give(to: number): ParseFault | undefined {
    const from = this.#given;
    this.#given = to;
    if (from === to) return undefined;
    return this.#reader.execute(from === 0 && to === this.#bytes.length ? this.#bytes : this.#bytes.subarray(from, to));
  }

  /** Gives the parser other bytes in place of those from the last that it has to here. */
  #replace(from: number, to: number, bytes: Buffer): ParseFault | undefined {
    const fault = this.#give(from);
    this.#given = to;
    return fault ?? (bytes.length > 0 ? this.#reader.execute(bytes) : undefined);
  }

  /** Is never held: what is no HTTP is known by its first bytes. Empty lines before it are passed over, as by llhttp. */
  #readStatusLine(): ParseFault | undefined {
    const bytes = this.#bytes;
    const end = bytes.indexOf(lf, this.#at);
    const to = end === -1 ? bytes.length : end;
    this.#lineSize += to - this.#at;
    if (to > this.#at) this.#last = bytes[to - 1] ?? 0;
    const fault = this.#countHead(to + 1 - this.#at);
    this.#at = Math.min(to + 1, bytes.length);
    if (end === -1 || fault) return fault;
    const isEmpty = this.#lineSize === (this.#last === cr ? 1 : 0);
    if (!isEmpty) {
      if (this.#last !== cr) this.#reader.oddity('header lines that end with LF alone');
      this.#place = 'header';
    }
    this.#last = 0;
    this.#lineSize = 0;
    return undefined;
  }

  /** One header with the lines that continue it, or the empty line behind the last one. */
  #readHeader(): ParseFault | undefined {
    const bytes = this.#bytes;
    const from = this.#at;
    const end = this.#endOfHeader();
    if (end === -1) return this.#hold();
    this.#at = end;
    const fault = this.#countHead(end - from);
    if (fault) return fault;
    const first = bytes[from];
    if (first === lf) return this.#replace(from, end, lineEnd) ?? this.#headEnded();
    if (first === cr && end === from + 2) return this.#give(end) ?? this.#headEnded();
    return this.#putRight(from, end);
  }

  /** Where the header that begins here ends; -1 where that has not come. */
  #endOfHeader(): number {
    const bytes = this.#bytes;
    for (let from = this.#at + this.#searched; ; ) {
      const end = bytes.indexOf(lf, from);
      if (end === -1) {
        this.#searched = bytes.length - this.#at;
        return -1;
      }
      if (bytes[end - 1] !== cr) this.#reader.oddity('header lines that end with LF alone');
      const isEmpty = end === this.#at || (end === this.#at + 1 && bytes[this.#at] === cr);
      const next = bytes[end + 1];
      if (!isEmpty && next === undefined) {
        this.#searched = end - this.#at;
        return -1;
      }
      if (isEmpty || !isBlank(next)) {
        this.#searched = 0;
        return end + 1;
      }
      this.#isFolded = true;
      from = end + 1;
    }
  }

  #hold(): ParseFault | undefined {
    const from = this.#at;
    const fault = this.#give(from);
    this.#held.keep(this.#bytes, from);
    this.#at = this.#bytes.length;
    this.#given = this.#at;
    return fault ?? (this.#held.size > headLimit ? headOverflow : undefined);
  }

  #countHead(bytes: number): ParseFault | undefined {
    this.#headBytes += bytes;
    return this.#headBytes > headsLimit ? limit('headers of more than 256 KiB in all') : undefined;
  }

  /** Puts right the header from here to there; leaves alone what is right already, and what is for the parser to refuse. */
  #putRight(from: number, end: number): ParseFault | undefined {
    const bytes = this.#bytes;
    const isFolded = this.#isFolded;
    this.#isFolded = false;
    let at = from;
    let hasBlank = false;
    for (; at < end && bytes[at] !== colon; at++) hasBlank ||= isBlank(bytes[at]);
    // It has no colon, or begins with a blank and continues no other line.
    if (at === end || isBlank(bytes[from])) return undefined;
    const size = at - from;
    if (!hasBlank && !isFolded && size !== contentLength.length && size !== transferEncoding.length) return undefined;
    const name = trimmed(bytes.toString('latin1', from, at));
    if (hasBlank) {
      if (/[ \t]/.test(name)) {
        this.#reader.oddity('a header whose name holds a blank, which is left out');
        return this.#replace(from, end, nothing);
      }
      this.#reader.oddity('a blank before the colon of a header');
    }
    if (isFolded) this.#reader.oddity('a header that is folded over several lines');
    const value = unfolded(bytes.toString('latin1', at + 1, end));
    if (this.#place === 'header') {
      const lower = name.toLowerCase();
      if (lower === transferEncoding) this.#isTransferEncoded = true;
      if (lower === contentLength) {
        const known = this.#length;
        if (known !== undefined && known !== value) return twoLengths(known, value);
        if (known !== undefined) {
          this.#reader.oddity('Content-Length twice with the same value');
          return this.#replace(from, end, nothing);
        }
        this.#length = value;
      }
      if (this.#isTransferEncoded && this.#length !== undefined) {
        this.#reader.oddity('Content-Length beside Transfer-Encoding');
      }
    }
    if (!hasBlank && !isFolded) return undefined;
    return this.#replace(from, end, Buffer.from(`${name}: ${value}\r\n`, 'latin1'));
  }

  /** The parser has read a head to its end, or the trailers. */
  #headEnded(): ParseFault | undefined {
    const following = this.#place === 'trailer' ? 'bytes' : this.#reader.following();
    if (following === 'head') {
      this.#beginHead();
      return ++this.#interims > interimLimit ? limit(`more than ${interimLimit} interim answers`) : undefined;
    }
    if (following === 'chunks') this.#beginChunk();
    else this.#place = 'bytes';
    return undefined;
  }

  #beginChunk(): void {
    this.#place = 'chunk size';
    this.#lineSize = 0;
    this.#last = 0;
    this.#left = 0;
    this.#sizePart = 'digits';
  }

  /** What is no hexadecimal digit and no extension, and what is too large, is for the parser to refuse. */
  #readChunkSize(): ParseFault | undefined {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at++] ?? 0;
      if (byte === lf) return this.#chunkSizeEnded();
      if (++this.#lineSize > sizeLineLimit) return limit('a chunk size of more than 16 KiB');
      this.#last = byte;
      if (this.#sizePart === 'extension' || byte === cr) continue;
      if (byte === semicolon) {
        this.#sizePart = 'extension';
      } else if (isBlank(byte)) {
        this.#sizePart = 'blanks';
        this.#reader.oddity('a blank behind a chunk size');
      } else {
        this.#left = this.#left * 16 + digit(byte);
      }
    }
    return undefined;
  }

  #chunkSizeEnded(): ParseFault | undefined {
    let fault: ParseFault | undefined;
    if (this.#last !== cr) {
      this.#reader.oddity('a chunk size that ends with LF alone');
      fault = this.#replace(this.#at - 1, this.#at, lineEnd);
    }
    this.#chunkBytes += this.#left;
    this.#place = this.#left === 0 ? 'trailer' : 'chunk';
    const limited = freeChunks + Math.floor(this.#chunkBytes / usualChunk);
    if (++this.#chunks <= limited) return fault;
    return fault ?? limit(`a body of ${this.#chunkBytes} bytes in ${this.#chunks} chunks`);
  }

  #readChunk(): undefined {
    const size = Math.min(this.#left, this.#bytes.length - this.#at);
    this.#at += size;
    this.#left -= size;
    this.#lineSize = 0;
    if (this.#left === 0) this.#place = 'chunk end';
  }

  /** llhttp takes LF alone here as well, with the flag that it has to have for other lines. Go and Python do not. */
  #readChunkEnd(): ParseFault | undefined {
    const byte = this.#bytes[this.#at++];
    if (byte !== (this.#lineSize++ === 0 ? cr : lf)) return chunkWithoutEnd;
    if (byte === lf) this.#beginChunk();
    return undefined;
  }
}

const contentLength = 'content-length';
const transferEncoding = 'transfer-encoding';
const nothing = Buffer.alloc(0);

const headOverflow: ParseFault = { code: limitCode, words: 'headers of more than 64 KiB' };
const chunkWithoutEnd: ParseFault = { code: 'HPE_STRICT', words: 'Expected CRLF after chunk data' };

function limit(words: string): ParseFault {
  return { code: limitCode, words };
}

function twoLengths(one: string, other: string): ParseFault {
  const shown = [one, other].map((text) => (text.length > 20 ? `${text.slice(0, 20)}…` : text)).join(' and ');
  return { code: 'HPE_UNEXPECTED_CONTENT_LENGTH', words: `Content-Length twice, ${shown}` };
}

/** The value of a hexadecimal digit; any other one for what is none. */
function digit(byte: number): number {
  return (byte < 58 ? byte : byte + 9) & 15;
}
