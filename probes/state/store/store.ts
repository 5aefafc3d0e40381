import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Verdict } from '../../../stack/reasons.ts';
import type { ProbeId } from '../../model.ts';
import { openDatabase, wordsOf } from './database.ts';

/** What happens between two writes is lost when the process is killed. */
const flushEveryMs = 500;
/** After a write that failed. */
const retryAfterMs = 5_000;
const pruneEveryMs = 3_600_000;
const dayMs = 86_400_000;
const kept = { transitionsMs: 400 * dayMs, hoursMs: 35 * dayMs, daysMs: 800 * dayMs } as const;

/** Something to write: a statement and its values. The newest of a key replaces the one before. */
interface Write {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

interface RollUp {
  readonly id: ProbeId;
  readonly span: 'hour' | 'day';
  readonly begins: number;
  readonly counts: Record<Verdict, number>;
  durationMs: number;
  longestMs: number;
}

export interface StoreOptions {
  readonly folder: string;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** A write has succeeded or failed. */
  readonly wrote: (ok: boolean) => void;
  /** Said once when writing stops, and once when it goes on. */
  readonly say: (level: 'info' | 'error', message: string) => void;
}

export interface Row {
  readonly [column: string]: unknown;
}

/**
 * What outlives the process: confirmed states, memories, tokens, what was told, transitions, and runs by the hour and the day.
 * Nothing is written at once: changes are kept, the newest of each, and written together twice a second. A disk that is full
 * stops the writing and nothing else; what is newest is written when there is room again.
 */
export class StateStore implements Disposable {
  readonly #options: StoreOptions;
  readonly #database: DatabaseSync;
  readonly #writes = new Map<string, Write>();
  readonly #rollUps = new Map<string, RollUp>();
  readonly #timer: NodeJS.Timeout;
  #notBefore = 0;
  #prunedAt: number;
  #fails = false;

  /** Throws as `openDatabase` does. */
  constructor(options: StoreOptions) {
    this.#options = options;
    const { database, setAside } = openDatabase(options.folder, options.now());
    this.#database = database;
    this.#prunedAt = options.now();
    if (setAside)
      options.say('error', `the state on disk was damaged: it was put aside as ${setAside}, and a new one begun`);
    this.#timer = setInterval(() => this.flush(), flushEveryMs).unref();
  }

  /** What was written before this process began, and since. */
  read(sql: string, ...values: readonly SQLInputValue[]): readonly Row[] {
    return this.#database.prepare(sql).all(...values);
  }

  /** @param key what it replaces: a second write of the same key before the next flush takes the place of the first */
  put(key: readonly (string | number)[], sql: string, ...values: readonly SQLInputValue[]): void {
    this.#writes.set(JSON.stringify(key), { sql, values });
  }

  /** Counts a run in its hour and its day (UTC). */
  ran({ service, probe }: ProbeId, verdict: Verdict, durationMs: number): void {
    const at = this.#options.now();
    this.#count({ service, probe }, 'hour', at - (at % 3_600_000), verdict, durationMs);
    this.#count({ service, probe }, 'day', at - (at % dayMs), verdict, durationMs);
  }

  /** Writes what there is to write. False where it could not: then it is kept. */
  flush(): boolean {
    const now = this.#options.now();
    // The clock may have been set back since.
    if (now < this.#notBefore && now >= this.#notBefore - retryAfterMs) return false;
    if (this.#writes.size === 0 && this.#rollUps.size === 0) return true;
    try {
      this.#write(now);
    } catch (error) {
      this.#notBefore = now + retryAfterMs;
      this.#options.wrote(false);
      if (!this.#fails)
        this.#options.say('error', `the state cannot be written, and is kept in memory: ${wordsOf(error)}`);
      this.#fails = true;
      return false;
    }
    this.#writes.clear();
    this.#rollUps.clear();
    this.#options.wrote(true);
    if (this.#fails) this.#options.say('info', 'the state is written again');
    this.#fails = false;
    return true;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#notBefore = 0;
    this.flush();
    this.#database.close();
  }

  #write(now: number): void {
    this.#database.exec('begin immediate');
    try {
      for (const { sql, values } of this.#writes.values()) this.#database.prepare(sql).run(...values);
      if (this.#rollUps.size > 0) this.#writeRollUps();
      if (Math.abs(now - this.#prunedAt) > pruneEveryMs) this.#prune(now);
      this.#database.exec('commit');
    } catch (error) {
      // A full disk may have ended the transaction already.
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }

  #writeRollUps(): void {
    const statement = this.#database.prepare(`insert into runs values (?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict do update set pass = pass + excluded.pass, fail = fail + excluded.fail,
      inconclusive = inconclusive + excluded.inconclusive, duration_ms = duration_ms + excluded.duration_ms,
      longest_ms = max(longest_ms, excluded.longest_ms)`);
    for (const { id, span, begins, counts, durationMs, longestMs } of this.#rollUps.values()) {
      const { pass, fail, inconclusive } = counts;
      statement.run(id.service, id.probe, span, begins, pass, fail, inconclusive, durationMs, longestMs);
    }
  }

  #prune(now: number): void {
    const remove = (sql: string, before: number) => this.#database.prepare(sql).run(before);
    remove('delete from transitions where at < ?', now - kept.transitionsMs);
    remove("delete from runs where span = 'hour' and begins < ?", now - kept.hoursMs);
    remove("delete from runs where span = 'day' and begins < ?", now - kept.daysMs);
    remove('delete from told where since < ?', now - kept.transitionsMs);
    this.#prunedAt = now;
  }

  #count(id: ProbeId, span: RollUp['span'], begins: number, verdict: Verdict, durationMs: number): void {
    const key = JSON.stringify([id.service, id.probe, span, begins]);
    const known = this.#rollUps.get(key);
    const rollUp = known ?? {
      ...{ id, span, begins, durationMs: 0, longestMs: 0 },
      counts: { pass: 0, fail: 0, inconclusive: 0 },
    };
    rollUp.counts[verdict]++;
    rollUp.durationMs += durationMs;
    rollUp.longestMs = Math.max(rollUp.longestMs, durationMs);
    if (!known) this.#rollUps.set(key, rollUp);
  }
}
