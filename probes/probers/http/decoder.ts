import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw, createZstdDecompress } from 'node:zlib';

/** All that `node:zlib` makes have the same members. */
type Undoing = ReturnType<typeof createGunzip> | ReturnType<typeof createZstdDecompress>;

/** What undoes a content coding, by its names; told the first bytes. */
const decoders: Readonly<Record<string, (first: Buffer) => Undoing>> = {
  gzip: () => createGunzip(),
  'x-gzip': () => createGunzip(),
  // RFC 9110, section 8.4.1.2: with the header of zlib; some servers leave it out, and every client reads that too.
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw()),
  br: () => createBrotliDecompress(),
  zstd: () => createZstdDecompress(),
};

/** Names that servers write where nothing was coded. */
const none: ReadonlySet<string> = new Set([
  '',
  'identity',
  'none',
  'binary',
  'aws-chunked',
  'utf-8',
  'utf8',
  'iso-8859-1',
]);

/** As many as curl undoes. */
export const codingsLimit = 5;

/** The content codings of a body in the order in which they were applied, in lower case. */
export function codingsOf(headers: Readonly<Record<string, readonly string[]>>): readonly string[] {
  const values = headers['content-encoding'];
  if (!values) return [];
  return values
    .flatMap((value) => value.split(',').map((name) => name.trim().toLowerCase()))
    .filter((name) => !none.has(name));
}

export function canDecode(coding: string): boolean {
  return Object.hasOwn(decoders, coding);
}

interface Sink {
  /** False where no more should be written before `drained`. */
  write(bytes: Buffer): boolean;
  end(): void;
}

/** Where the decoded bytes go. */
export interface Decoded {
  data(bytes: Buffer): void;
  end(): void;
  /** More may be written. */
  drained(): void;
  failed(coding: string, error: Error): void;
  /** More came between two codings than can stand for a body of the limit. */
  tooLarge(): void;
}

/** What is coded can be larger than what it stands for: flushes, headers of frames. By more than that it is an attack. */
function codedLimit(limit: number): number {
  return 2 * limit + 65_536;
}

/** Undoes content codings one after the other. */
export class Decoder implements Disposable {
  readonly #transforms: Undoing[] = [];
  readonly #first: Sink;

  /**
   * @param codings in the order in which they were applied; each of them can be decoded
   * @param limit bytes of the body
   */
  constructor(codings: readonly string[], limit: number, decoded: Decoded) {
    let next: Sink = {
      write: (bytes) => {
        decoded.data(bytes);
        return true;
      },
      end: () => decoded.end(),
    };
    for (const [i, coding] of codings.entries()) {
      const isFirst = i === codings.length - 1;
      const drained = () => (isFirst ? decoded.drained() : this.#transforms[i + 1]?.resume());
      next = this.#stage(i, coding, codedLimit(limit), next, drained, decoded);
    }
    this.#first = next;
  }

  #stage(i: number, coding: string, limit: number, next: Sink, drained: () => void, decoded: Decoded): Sink {
    let size = 0;
    const make = (first: Buffer) => {
      const made = decoders[coding]?.(first);
      if (!made) throw new Error(`no decoder for ${coding}`);
      this.#transforms[i] = made;
      return made
        .on('data', (bytes: Buffer) => {
          if (!next.write(bytes)) made.pause();
        })
        .on('drain', drained)
        .on('end', () => {
          // Node reads the first of several frames of zstd, and takes it for all.
          if (coding === 'zstd' && made.bytesWritten < size) decoded.failed(coding, new Error('several frames'));
          else next.end();
        })
        .on('error', (error: Error) => decoded.failed(coding, error));
    };
    let transform: Undoing | undefined;
    return {
      write: (bytes) => {
        size += bytes.length;
        if (size > limit) {
          decoded.tooLarge();
          return false;
        }
        transform ??= make(bytes);
        return transform.write(bytes);
      },
      // Nothing came that could be decoded.
      end: () => (transform ? transform.end() : next.end()),
    };
  }

  /** False where no more should be written before `drained`. */
  write(bytes: Buffer): boolean {
    return this.#first.write(bytes);
  }

  end(): void {
    this.#first.end();
  }

  [Symbol.dispose](): void {
    for (const transform of this.#transforms) transform?.destroy();
  }
}
