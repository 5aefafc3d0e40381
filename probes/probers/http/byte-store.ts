const none = Buffer.alloc(0);
/** As much is kept for the next time. */
const usual = 4_096;

/**
 * Bytes that wait for more. What is added is copied once: the store grows by doubling, so that a line which comes byte by
 * byte costs no more than its length.
 */
export class ByteStore {
  #bytes: Buffer = none;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  clear(): void {
    this.#size = 0;
    if (this.#bytes.length > usual) this.#bytes = none;
  }

  /** Takes out all that is kept, with these behind it; it is good until something is kept again. */
  takeWith(more: Buffer): Buffer {
    const size = this.#size + more.length;
    this.#reserve(size);
    more.copy(this.#bytes, this.#size);
    this.#size = 0;
    return this.#bytes.subarray(0, size);
  }

  /** Keeps these from there on, also where they were taken out of the store. */
  keep(bytes: Buffer, from: number): void {
    const size = bytes.length - from;
    const isHere = bytes.buffer === this.#bytes.buffer && bytes.byteOffset + from === this.#bytes.byteOffset;
    if (!isHere) {
      this.#size = 0;
      this.#reserve(size);
      bytes.copy(this.#bytes, 0, from);
    }
    this.#size = size;
  }

  #reserve(size: number): void {
    if (size <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.#bytes.length, 256));
    this.#bytes.copy(larger, 0, 0, this.#size);
    this.#bytes = larger;
  }
}
