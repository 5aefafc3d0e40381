/** What a server may send in one attempt, fragments, pings and messages together: a feed of prices sends some hundred in a second. */
export const mostFrames = 16_384;
/** Two bytes, a length of eight, a mask of four (RFC 6455, section 5.2). */
const longestHead = 14;

/** Counts the frames that come, in any pieces. It leaves to `ws` what is wrong with them. */
export class FrameCounter {
  readonly #head = Buffer.alloc(longestHead);
  /** Of the head that is being read. */
  #headRead = 0;
  /** What is left of the payload. */
  #payload = 0;
  #frames = 0;

  /** Whether all frames are within the limit. */
  read(chunk: Buffer): boolean {
    for (let at = 0; at < chunk.length; ) {
      if (this.#payload > 0) {
        const skipped = Math.min(this.#payload, chunk.length - at);
        this.#payload -= skipped;
        at += skipped;
        continue;
      }
      this.#head[this.#headRead++] = chunk[at++] ?? 0;
      if (this.#headRead < this.#headLength()) continue;
      this.#payload = this.#payloadLength();
      this.#headRead = 0;
      if (++this.#frames > mostFrames) return false;
    }
    return true;
  }

  get #shortLength(): number {
    return (this.#head[1] ?? 0) & 0x7f;
  }

  #headLength(): number {
    if (this.#headRead < 2) return 2;
    const lengthBytes = this.#shortLength === 127 ? 8 : this.#shortLength === 126 ? 2 : 0;
    const isMasked = (this.#head[1] ?? 0) >= 0x80;
    return 2 + lengthBytes + (isMasked ? 4 : 0);
  }

  #payloadLength(): number {
    if (this.#shortLength === 127) return Number(this.#head.readBigUInt64BE(2));
    return this.#shortLength === 126 ? this.#head.readUInt16BE(2) : this.#shortLength;
  }
}
