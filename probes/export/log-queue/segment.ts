import { closeSync, fstatSync, ftruncateSync, openSync, readSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const namePattern = /^(\d{12})\.jsonl$/;
const newline = 0x0a;
/** What is read of a file at once. */
const chunkBytes = 1_048_576;

/** The numbers of the segments in a folder's list of names, oldest first. */
export function segmentNumbers(names: readonly string[]): readonly number[] {
  return names
    .flatMap((name) => namePattern.exec(name)?.slice(1, 2) ?? [])
    .map(Number)
    .sort((a, b) => a - b);
}

/** One file of lines. Written at its end, read from its beginning. */
export class Segment implements Disposable {
  readonly number: number;
  readonly #path: string;
  readonly #file: number;
  #bytes = 0;
  #records = 0;
  #doneBytes = 0;
  #doneRecords = 0;

  /** Opens the file, or makes it. Half a line at its end is what was being written when the process died: it is cut off. */
  constructor(folder: string, number: number) {
    this.number = number;
    this.#path = join(folder, `${String(number).padStart(12, '0')}.jsonl`);
    this.#file = openSync(this.#path, 'a+', 0o600);
    this.#count();
  }

  get bytes(): number {
    return this.#bytes;
  }
  get left(): { readonly records: number; readonly bytes: number } {
    return { records: this.#records - this.#doneRecords, bytes: this.#bytes - this.#doneBytes };
  }
  get done(): { readonly records: number; readonly bytes: number } {
    return { records: this.#doneRecords, bytes: this.#doneBytes };
  }

  /** In one write, so that it survives the death of the process. Throws where it could not be written whole. */
  append(line: string): void {
    const bytes = Buffer.from(`${line}\n`);
    const written = writeSync(this.#file, bytes);
    if (written < bytes.length) {
      ftruncateSync(this.#file, this.#bytes);
      throw new Error('no space is left for a whole record');
    }
    this.#bytes += bytes.length;
    this.#records++;
  }

  /** Lines from where it is done up to, as many as the limits allow and one at least. Throws where it cannot be read. */
  read(limits: { readonly records: number; readonly bytes: number }): readonly string[] {
    const lines: string[] = [];
    const left = this.#bytes - this.#doneBytes;
    for (let size = Math.min(limits.bytes, left); lines.length === 0 && left > 0; size = Math.min(2 * size, left)) {
      const chunk = this.#chunk(this.#doneBytes, size);
      let from = 0;
      for (let to = chunk.indexOf(newline); to >= 0 && lines.length < limits.records; ) {
        lines.push(chunk.toString('utf8', from, to));
        from = to + 1;
        to = chunk.indexOf(newline, from);
      }
      if (lines.length === 0 && size === left) throw new Error(`${this.#path} is shorter than what was written to it`);
    }
    return lines;
  }

  /** So many lines, of so many bytes with their line breaks, are dealt with. */
  advance(records: number, bytes: number): void {
    this.#doneRecords = Math.min(this.#records, this.#doneRecords + records);
    this.#doneBytes = Math.min(this.#bytes, this.#doneBytes + bytes);
  }

  remove(): void {
    this[Symbol.dispose]();
    unlinkSync(this.#path);
  }

  [Symbol.dispose](): void {
    closeSync(this.#file);
  }

  #chunk(position: number, size: number): Buffer {
    const chunk = Buffer.allocUnsafe(size);
    const read = readSync(this.#file, chunk, 0, size, position);
    return chunk.subarray(0, read);
  }

  #count(): void {
    const size = fstatSync(this.#file).size;
    for (let position = 0; position < size; position += chunkBytes) {
      const chunk = this.#chunk(position, Math.min(chunkBytes, size - position));
      for (let at = chunk.indexOf(newline); at >= 0; at = chunk.indexOf(newline, at + 1)) {
        this.#records++;
        this.#bytes = position + at + 1;
      }
    }
    if (this.#bytes < size) ftruncateSync(this.#file, this.#bytes);
  }
}
