import { closeSync, constants, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { LogQueue, QueueLimits, Waiting } from './log-queue.ts';
import { MemoryQueue } from './memory-queue.ts';
import { Segment, segmentNumbers } from './segment.ts';

export interface DiskQueueOptions {
  /** Made where it is not there. Nobody else may use it: the lock of the data folder sees to that. */
  readonly folder: string;
  /** Of more than this the oldest are dropped, a segment at a time. */
  readonly mostBytes: number;
  readonly segmentBytes: number;
  /** What waits in memory while the disk takes nothing. */
  readonly mostHeld: QueueLimits;
  readonly dropped: (records: number) => void;
  /** Said once when the disk takes nothing any more, and once when it does again. */
  readonly say: (level: 'info' | 'error', message: string) => void;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

const doneFile = 'done';
/** After a write that failed. */
const retryAfterMs = 5_000;

/**
 * Waits on disk, over restarts: in files of some megabytes, the oldest of which is read and, once all of it was sent, deleted.
 * A record is written before `append` returns, so it outlives the process, whenever that dies; it is not forced to the disk, so of
 * a machine that loses its power the last half minute may be missing. How far the oldest file is done is kept beside it.
 */
export class DiskQueue implements LogQueue {
  readonly isKept = true;
  readonly #options: DiskQueueOptions;
  readonly #segments: Segment[] = [];
  readonly #done: number;
  /** What could not be written. */
  readonly #held: MemoryQueue;
  #given: { readonly from: Segment | MemoryQueue; readonly lines: readonly string[] } | undefined;
  /** Set while the disk takes nothing. */
  #retryAtMs: number | undefined;
  /** Of the newest segment there ever was: no number comes twice, for `done` may still name the one before. */
  #number = 0;

  /** Throws where the folder cannot be used. */
  constructor(options: DiskQueueOptions) {
    const { folder } = options;
    this.#options = options;
    this.#held = new MemoryQueue(options.mostHeld, options.dropped);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const number of segmentNumbers(readdirSync(folder))) this.#segments.push(new Segment(folder, number));
    this.#done = openSync(join(folder, doneFile), constants.O_RDWR | constants.O_CREAT, 0o600);
    this.#recall();
    this.#trim();
  }

  append(line: string): void {
    if (this.#retryAtMs !== undefined) {
      this.#held.append(line);
      if (this.#options.nowMs() >= this.#retryAtMs) this.#unhold();
      return;
    }
    try {
      this.#write(line);
    } catch (error) {
      this.#retryAtMs = this.#options.nowMs() + retryAfterMs;
      this.#held.append(line);
      this.#options.say('error', `log records cannot be written to disk, and wait in memory: ${wordsOf(error)}`);
    }
  }

  first(limits: QueueLimits): readonly string[] {
    for (let oldest = this.#segments[0]; oldest; oldest = this.#segments[0]) {
      try {
        const lines = oldest.read(limits);
        this.#given = { from: oldest, lines };
        if (lines.length > 0) return lines;
        this.#discard(oldest);
      } catch (error) {
        this.#options.say('error', `log records that waited on disk cannot be read, and are lost: ${wordsOf(error)}`);
        this.#drop(oldest);
      }
    }
    const lines = this.#held.first(limits);
    this.#given = { from: this.#held, lines };
    return lines;
  }

  remove(count: number): void {
    const { from, lines } = this.#given ?? {};
    if (from === this.#held) this.#held.remove(count);
    else if (from instanceof Segment && this.#segments.includes(from)) {
      const gone = lines?.slice(0, count) ?? [];
      from.advance(
        gone.length,
        gone.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0),
      );
      if (from.left.records === 0) this.#discard(from);
      else this.#remember(from);
    }
    this.#given = lines && from && { from, lines: lines.slice(count) };
  }

  get waiting(): Waiting {
    let { records, bytes } = this.#held.waiting;
    for (const { left } of this.#segments) {
      records += left.records;
      bytes += left.bytes;
    }
    return { records, bytes };
  }

  [Symbol.dispose](): void {
    if (this.#retryAtMs !== undefined) this.#unhold();
    for (const segment of this.#segments) segment[Symbol.dispose]();
    closeSync(this.#done);
  }

  #write(line: string): void {
    const newest = this.#segments.at(-1);
    if (newest && newest.bytes < this.#options.segmentBytes) {
      newest.append(line);
      return;
    }
    const segment = new Segment(this.#options.folder, ++this.#number);
    this.#segments.push(segment);
    this.#trim();
    segment.append(line);
  }

  /** Writes what was held, all or nothing of each. */
  #unhold(): void {
    try {
      for (let [line] = this.#held.first(one); line !== undefined; [line] = this.#held.first(one)) {
        this.#write(line);
        this.#held.remove(1);
      }
    } catch {
      // Said when it began; it goes on.
      this.#retryAtMs = this.#options.nowMs() + retryAfterMs;
      return;
    }
    this.#retryAtMs = undefined;
    // What of it is on its way now would be taken for another.
    this.#given = this.#given?.from === this.#held ? undefined : this.#given;
    this.#options.say('info', 'log records are written to disk again');
  }

  #trim(): void {
    let bytes = this.#segments.reduce((sum, segment) => sum + segment.bytes, 0);
    while (bytes > this.#options.mostBytes - this.#options.segmentBytes && this.#segments.length > 1) {
      const [oldest] = this.#segments;
      if (!oldest) return;
      bytes -= oldest.bytes;
      this.#drop(oldest);
    }
  }

  #drop(segment: Segment): void {
    const { records } = segment.left;
    this.#discard(segment);
    if (records > 0) this.#options.dropped(records);
  }

  #discard(segment: Segment): void {
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    try {
      segment.remove();
    } catch (error) {
      this.#options.say('error', `a file of log records that were sent cannot be deleted: ${wordsOf(error)}`);
    }
  }

  /** One write of a few bytes at the beginning: whole, or not there. */
  #remember({ number, done }: Segment): void {
    const text = [number, done.bytes, done.records].map((value) => String(value).padStart(12, '0')).join(' ');
    try {
      writeSync(this.#done, `${text}\n`, 0);
    } catch {
      // Some records are sent again after a restart then, and the log store knows them.
    }
  }

  #recall(): void {
    const text = readFileSync(join(this.#options.folder, doneFile), 'utf8');
    const [number = 0, bytes = 0, records = 0] = text.trim().split(' ').map(Number);
    const oldest = this.#segments[0];
    this.#number = Math.max(number, this.#segments.at(-1)?.number ?? 0);
    if (oldest?.number === number) oldest.advance(records, bytes);
  }
}

const one: QueueLimits = { records: 1, bytes: 1 };

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
