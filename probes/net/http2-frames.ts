import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

/** Types of frames (RFC 9113, section 6). */
const [data, headers, continuation] = [0x0, 0x1, 0x9];
const frameHead = 9;

/**
 * What a server may send in answer to one request. A body of 1 MiB has 64 DATA frames where they are full, some thousand where
 * each comes as it is made; of frames that carry nothing of the answer a server sends some ten.
 */
const limits = { data: 16_384, headers: 64, other: 256 };

/** Counts the frames of one direction of a connection, whose bytes come in any pieces. */
export class FrameCounter {
  readonly #counts = { data: 0, headers: 0, other: 0 };
  readonly #head = Buffer.alloc(frameHead);
  /** Of the head that is being read. */
  #headRead = 0;
  /** What is left of the payload. */
  #payload = 0;

  /** What there is too much of, in words; undefined where all is within the limits. */
  read(chunk: Buffer): string | undefined {
    for (let at = 0; at < chunk.length; ) {
      if (this.#payload > 0) {
        const skipped = Math.min(this.#payload, chunk.length - at);
        this.#payload -= skipped;
        at += skipped;
        continue;
      }
      const copied = chunk.copy(this.#head, this.#headRead, at, at + frameHead - this.#headRead);
      this.#headRead += copied;
      at += copied;
      if (this.#headRead < frameHead) return undefined;
      this.#headRead = 0;
      this.#payload = this.#head.readUIntBE(0, 3);
      const excess = this.#count(this.#head.readUInt8(3));
      if (excess !== undefined) return excess;
    }
    return undefined;
  }

  #count(type: number): string | undefined {
    const kind = type === data ? 'data' : type === headers || type === continuation ? 'headers' : 'other';
    if (++this.#counts[kind] <= limits[kind]) return undefined;
    if (kind === 'data') return `a body in more than ${limits.data} DATA frames`;
    if (kind === 'headers') return `more than ${limits.headers} frames of headers`;
    return `more than ${limits.other} frames that are no part of an answer`;
  }
}

/**
 * A socket for a client of HTTP/2, in front of which the frames that come are counted: the client of Node takes whatever it
 * gets, and answers each PING and each SETTINGS.
 * @param tooMany is called once, with what there is too much of; from then on nothing more is read. The caller destroys the socket
 */
export function countingFrames(socket: Socket, tooMany: (found: string) => void): Duplex {
  const counter = new FrameCounter();
  let isOver = false;
  const counted = new Duplex({
    read: () => void (isOver || socket.resume()),
    write: (chunk: Buffer, _, done) => void socket.write(chunk, done),
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.off('data', take).off('end', end).off('close', close).off('error', fail).destroy();
      done(error);
    },
  });
  const take = (chunk: Buffer) => {
    if (isOver) return;
    const found = counter.read(chunk);
    if (found !== undefined) {
      isOver = true;
      socket.pause();
      tooMany(found);
    } else if (!counted.push(chunk)) {
      socket.pause();
    }
  };
  const end = () => counted.push(null);
  const close = () => counted.destroy();
  const fail = (error: Error) => counted.destroy(error);
  socket.on('data', take).on('end', end).on('close', close).on('error', fail);
  // What happened before anybody listened is not told again.
  if (socket.destroyed) counted.destroy(socket.errored ?? undefined);
  return counted;
}
