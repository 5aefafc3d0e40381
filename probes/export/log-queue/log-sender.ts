import type { Clock } from '../../model.ts';
import type { LogQueue } from './log-queue.ts';

/** What became of a record: `refused` by the log store for good, `dropped` because too much waited, or for too long. */
export const logResults = ['sent', 'refused', 'dropped'] as const;
export type LogResult = (typeof logResults)[number];

/** What came of sending: `later` is for all but an answer that refuses the records themselves. */
export interface SendResult {
  readonly came: 'sent' | 'refused' | 'later';
  readonly detail: string;
}

export interface LogSenderOptions {
  readonly queue: LogQueue;
  readonly clock: Clock;
  /** Sends lines, oldest first. Never rejects. */
  readonly send: (lines: readonly string[]) => Promise<SendResult>;
  /** How many of the lines in front the log store has already. Rejects where it does not answer. Left out where it cannot be asked. */
  readonly arrived?: (lines: readonly string[]) => Promise<number>;
  /** When the record of a line was made, Unix milliseconds; undefined where the line is damaged. */
  readonly timeOf: (line: string) => number | undefined;
  readonly count: (result: LogResult, records: number) => void;
  readonly say: (level: 'info' | 'warn', message: string) => void;
}

/** So many at once. Loki takes 4 MB. */
const most = { records: 1_000, bytes: 1_000_000 } as const;
/** What comes within this time goes together. */
const gatherMs = 200;
const backoffMs = [1_000, 2_000, 5_000, 10_000] as const;
/** A log store that takes records may still answer no questions. */
const mostAsked = 5;
/** The log store takes nothing that is older, and nobody would look for it. */
export const mostAgeMs = 7 * 86_400_000;
/** A restart of the log store is no news. */
const quietMs = 15_000;

/** Sends what waits, oldest first, one batch after the other, for as long as it takes. */
export class LogSender {
  readonly #options: LogSenderOptions;
  /** The newest of those of which only the newest is of any use: no backlog is made of them. */
  #newest: string | undefined;
  #limit: number = most.records;
  #failures = 0;
  #failsSinceMs: number | undefined;
  #saidFails = false;
  #saidRefused = false;
  #timer: Disposable | undefined;
  #round: Promise<void> | undefined;
  /** What was sent last may have arrived: nobody knows. So at the start, too. */
  #isUnsure = true;
  #askedInVain = 0;
  #stopped = false;
  #abandoned = false;

  constructor(options: LogSenderOptions) {
    this.#options = options;
    if (options.queue.waiting.records > 0) this.#arm(gatherMs);
  }

  add(line: string, onlyNewest: boolean): void {
    if (onlyNewest) this.#newest = line;
    else this.#options.queue.append(line);
    this.#arm(gatherMs);
  }

  /** Tries what is left once more, and then ends. What does not go by then stays in the queue. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.[Symbol.dispose]();
    this.#timer = undefined;
    await this.#round;
    do await this.#send();
    while (this.#failures === 0 && this.#hasWork() && !this.#abandoned);
  }

  /** What is under way counts for nothing any more: the queue is about to be closed. */
  abandon(): void {
    this.#abandoned = true;
  }

  #hasWork(): boolean {
    return this.#newest !== undefined || this.#options.queue.waiting.records > 0;
  }

  #arm(ms: number): void {
    if (this.#timer || this.#round || this.#stopped) return;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#timer = undefined;
      this.#round = this.#send().finally(() => {
        this.#round = undefined;
        if (this.#hasWork()) this.#arm(this.#failures === 0 ? 0 : (backoffMs[this.#failures - 1] ?? 10_000));
      });
    });
  }

  async #send(): Promise<void> {
    const { queue, send, count } = this.#options;
    if (this.#abandoned) return;
    const lines = this.#due();
    const newest = this.#newest;
    if (lines.length === 0 && newest === undefined) return;
    if (this.#isUnsure && lines.length > 0 && (await this.#skipsArrived(lines))) return;
    this.#isUnsure = false;
    const { came, detail } = await send(newest === undefined ? lines : [...lines, newest]);
    if (this.#abandoned) return;
    if (came === 'later') {
      this.#fails(detail);
      return;
    }
    this.#works();
    if (came === 'sent') {
      queue.remove(lines.length);
      if (this.#newest === newest) this.#newest = undefined;
      this.#limit = Math.min(most.records, 2 * this.#limit);
      count('sent', lines.length + (newest === undefined ? 0 : 1));
      return;
    }
    // One of them is wrong, or all: fewer are tried, until it stands alone.
    if (lines.length > 1 || (lines.length === 1 && newest !== undefined)) {
      this.#limit = Math.max(1, Math.floor(lines.length / 2));
      this.#newest = undefined;
      this.#isUnsure = true;
      return;
    }
    queue.remove(lines.length);
    if (lines.length === 0) this.#newest = undefined;
    count('refused', 1);
    if (!this.#saidRefused)
      this.#options.say('warn', `the log store refused a record for good (further ones are only counted): ${detail}`);
    this.#saidRefused = true;
  }

  /** The next that are neither damaged nor too old. */
  #due(): readonly string[] {
    const { queue, timeOf, clock, count } = this.#options;
    for (;;) {
      const lines = queue.first({ records: this.#limit, bytes: most.bytes });
      const isGood = (line: string) => (timeOf(line) ?? 0) > clock.now() - mostAgeMs;
      const good = lines.findIndex(isGood);
      if (good > 0 || (good < 0 && lines.length > 0)) {
        const bad = good < 0 ? lines.length : good;
        queue.remove(bad);
        count('dropped', bad);
        continue;
      }
      const end = lines.findIndex((line) => !isGood(line));
      return end < 0 ? lines : lines.slice(0, end);
    }
  }

  /** Asks what has become of what was sent. True where there is nothing to be sent at the moment. */
  async #skipsArrived(lines: readonly string[]): Promise<boolean> {
    const { arrived, queue, count } = this.#options;
    if (!arrived) return false;
    try {
      const known = await arrived(lines);
      this.#askedInVain = 0;
      if (this.#abandoned) return true;
      if (known === 0) return false;
      queue.remove(known);
      count('sent', known);
      return true;
    } catch (error) {
      if (++this.#askedInVain > mostAsked) return false;
      this.#fails(error instanceof Error ? error.message : String(error));
      return true;
    }
  }

  #fails(detail: string): void {
    this.#isUnsure = true;
    const { clock, say, queue } = this.#options;
    this.#failures = Math.min(this.#failures + 1, backoffMs.length);
    this.#failsSinceMs ??= clock.monotonic();
    if (this.#saidFails || clock.monotonic() - this.#failsSinceMs < quietMs) return;
    this.#saidFails = true;
    say('warn', `the log store takes no records; they wait ${queue.isKept ? 'on disk' : 'in memory'}: ${detail}`);
  }

  #works(): void {
    this.#failures = 0;
    this.#failsSinceMs = undefined;
    if (this.#saidFails)
      this.#options.say('info', `the log store takes records again: ${this.#options.queue.waiting.records} waited`);
    this.#saidFails = false;
  }
}
