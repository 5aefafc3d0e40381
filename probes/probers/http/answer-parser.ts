import { type Following, Framing, headLimit, type Oddity, type ParseFault } from './framing.ts';

/** What a parser tells of an answer, in the order in which it comes in. */
export interface AnswerReader {
  /** The head of one answer, an interim one too. True where no body follows, whatever its headers say. */
  head(head: AnswerHead): boolean;
  body(chunk: Buffer): void;
  end(): void;
  /** What is odd about it, once of each kind, before the head or the body that holds it. */
  oddity(oddity: Oddity): void;
}

export interface AnswerHead {
  readonly status: number;
  /** `1.1`. */
  readonly version: string;
  /** Names and values by turns, as they came, one character per byte. */
  readonly headers: readonly string[];
}

/**
 * llhttp as Node has it: the parser that Node's own client, its server and undici read HTTP with. It is
 * reached by a module that Node keeps for itself, because nothing public hands out a parser without a client around it;
 * the reasons are in docs/decisions/0012-hot-path.md.
 */
interface Native {
  initialize(type: number, resource: object, maxHeaderSize: number, lenientFlags: number): void;
  execute(bytes: Buffer): number | NativeFault;
  finish(): unknown;
  /** Frees it: nobody else does, for native code holds on to it. */
  close(): void;
  [callback: number]: unknown;
}

interface NativeFault extends Error {
  readonly code: string;
  readonly reason: string;
}

interface NativeClass {
  new (): Native;
  readonly RESPONSE: number;
  readonly kOnHeaders: number;
  readonly kOnHeadersComplete: number;
  readonly kOnBody: number;
  readonly kOnMessageComplete: number;
  readonly kLenientChunkedLength: number;
  readonly kLenientOptionalCRBeforeLF: number;
  readonly kLenientSpacesAfterChunkSize: number;
}

const { HTTPParser } = builtin();

function builtin(): { readonly HTTPParser: NativeClass } {
  const found: unknown = process.getBuiltinModule('node:_http_common');
  if (!found || typeof found !== 'object' || !('HTTPParser' in found)) {
    throw new Error(`Node ${process.version} has no HTTP parser where Node 24 has it`);
  }
  return found as { readonly HTTPParser: NativeClass }; // A class, by the test beside this file.
}

/** What every client reads; the reasons for these and no others are in docs/decisions/0050-what-is-odd-is-named.md. */
const leniency =
  HTTPParser.kLenientChunkedLength | HTTPParser.kLenientOptionalCRBeforeLF | HTTPParser.kLenientSpacesAfterChunkSize;

/** Reads one answer at a time. It is used again for the next one: to make one costs more than to read a short answer. */
export class AnswerParser {
  readonly #native = new HTTPParser();
  readonly #framing = new Framing({
    execute: (bytes) => faultOf(this.#native.execute(bytes)),
    following: () => this.#following,
    oddity: (oddity) => this.#tell(oddity),
  });
  #reader: AnswerReader | undefined;
  #headers: string[] = [];
  #following: Following = 'head';
  /** Those that were told of. */
  #oddities: Set<Oddity> | undefined;

  constructor() {
    const native = this.#native;
    // More than 32 headers come in parts; trailers come here as well, and nobody asks for them.
    native[HTTPParser.kOnHeaders] = (headers: string[]) => {
      for (const text of headers) this.#headers.push(text);
    };
    native[HTTPParser.kOnHeadersComplete] = (
      major: number,
      minor: number,
      headers: string[] | undefined,
      _method: unknown,
      _url: unknown,
      status: number,
    ) => {
      const all = headers ?? this.#headers;
      this.#headers = [];
      const hasNoBody = this.#reader?.head({ status, version: `${major}.${minor}`, headers: all }) ?? false;
      this.#following = status < 200 ? 'head' : !hasNoBody && isChunked(all) ? 'chunks' : 'bytes';
      return hasNoBody ? 1 : 0;
    };
    native[HTTPParser.kOnBody] = (chunk: Buffer) => this.#reader?.body(chunk);
    native[HTTPParser.kOnMessageComplete] = () => this.#reader?.end();
  }

  begin(reader: AnswerReader): void {
    this.#reader = reader;
    this.#headers = [];
    this.#oddities = undefined;
    this.#framing.begin();
    this.#native.initialize(HTTPParser.RESPONSE, this, headLimit, leniency);
  }

  /** Calls the reader for all that is whole in it, before it returns. */
  read(bytes: Buffer): ParseFault | undefined {
    return this.#framing.read(bytes);
  }

  /** The peer sends no more: the end of a body without a length, a fault anywhere else in an answer. */
  finish(): ParseFault | undefined {
    return faultOf(this.#native.finish());
  }

  #tell(oddity: Oddity): void {
    this.#oddities ??= new Set();
    if (this.#oddities.has(oddity)) return;
    this.#oddities.add(oddity);
    this.#reader?.oddity(oddity);
  }

  /** Lets go of the reader. */
  release(): void {
    this.#reader = undefined;
  }

  close(): void {
    this.#native.close();
  }
}

/** As llhttp has it: the last coding of the last header counts (RFC 9112, section 6.3). */
function isChunked(headers: readonly string[]): boolean {
  let last: string | undefined;
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const name = headers[i];
    if (name?.length === 17 && name.toLowerCase() === 'transfer-encoding') last = headers[i + 1];
  }
  return (
    last !== undefined &&
    last
      .slice(last.lastIndexOf(',') + 1)
      .trim()
      .toLowerCase() === 'chunked'
  );
}

function faultOf(result: unknown): ParseFault | undefined {
  if (!(result instanceof Error)) return undefined;
  const { code, reason } = result as NativeFault; // Its only errors are of this kind.
  return { code, words: reason };
}

const mostFree = 256;

/** The parsers that nobody reads with at the moment. */
export class AnswerParsers {
  readonly #free: AnswerParser[] = [];

  take(): AnswerParser {
    return this.#free.pop() ?? new AnswerParser();
  }

  giveBack(parser: AnswerParser): void {
    parser.release();
    if (this.#free.length < mostFree) this.#free.push(parser);
    else parser.close();
  }
}
