import type { LogQueue, QueueLimits, Waiting } from './log-queue.ts';

/** Waits in memory. Of more than it may hold the oldest are dropped. */
export class MemoryQueue implements LogQueue {
  readonly isKept = false;
  readonly #most: QueueLimits;
  readonly #dropped: (records: number) => void;
  #lines: string[] = [];
  #bytes = 0;
  /** How many of those that `first` gave are still in front. */
  #given = 0;

  constructor(most: QueueLimits, dropped: (records: number) => void) {
    this.#most = most;
    this.#dropped = dropped;
  }

  append(line: string): void {
    this.#lines.push(line);
    this.#bytes += Buffer.byteLength(line);
    let over = 0;
    while (this.#lines.length > this.#most.records || (this.#bytes > this.#most.bytes && this.#lines.length > 1)) {
      this.#bytes -= Buffer.byteLength(this.#lines.shift() ?? '');
      over++;
    }
    if (over === 0) return;
    this.#given = Math.max(0, this.#given - over);
    this.#dropped(over);
  }

  first(limits: QueueLimits): readonly string[] {
    let bytes = 0;
    const end = this.#lines.findIndex((line, i) => {
      bytes += Buffer.byteLength(line);
      return i >= limits.records || (i > 0 && bytes > limits.bytes);
    });
    const lines = this.#lines.slice(0, end < 0 ? this.#lines.length : end);
    this.#given = lines.length;
    return lines;
  }

  remove(count: number): void {
    const lines = this.#lines.splice(0, Math.min(count, this.#given));
    for (const line of lines) this.#bytes -= Buffer.byteLength(line);
    this.#given -= lines.length;
  }

  get waiting(): Waiting {
    return { records: this.#lines.length, bytes: this.#bytes };
  }

  [Symbol.dispose](): void {}
}
