/**
 * Bytes that have come and that nobody has taken yet. A byte is copied at most twice, however small the packets are: to put two
 * buffers together for each packet costs time by the square of their number.
 */
export class Unread {
  #bytes: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;

  append(chunk: Buffer): void {
    const length = this.#to - this.#from;
    if (length === 0) {
      [this.#bytes, this.#from, this.#to] = [chunk, 0, chunk.length];
      return;
    }
    // What was handed out is never written over: when the buffer is full, as a packet always is, its bytes move to a new one.
    if (this.#to + chunk.length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(2 * (length + chunk.length));
      this.#bytes.copy(larger, 0, this.#from, this.#to);
      [this.#bytes, this.#from, this.#to] = [larger, 0, length];
    }
    chunk.copy(this.#bytes, this.#to);
    this.#to += chunk.length;
  }

  /** All of them. It stays as it is when more come. */
  get view(): Buffer {
    return this.#bytes.subarray(this.#from, this.#to);
  }

  get length(): number {
    return this.#to - this.#from;
  }

  /** The first of them have been taken. */
  drop(bytes: number): void {
    this.#from += bytes;
  }
}
