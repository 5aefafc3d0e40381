import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

const fileName = 'state.sqlite';
const version = 3;

/**
 * WAL with `synchronous=NORMAL`: what was committed survives the death of the process, whenever it comes; of a machine that
 * loses its power the last commits may be missing, and the file is whole. `EXCLUSIVE` is the lock of the folder: the system
 * lets go of it with the process.
 */
const settings = 'pragma locking_mode=exclusive; pragma journal_mode=wal; pragma synchronous=normal;';

const deploys =
  'create table deploys (service text, colour text, version text not null, at integer not null, primary key (service, colour)) strict;';

const firstRuns =
  'create table first_runs (service text, slo text, at integer not null, primary key (service, slo)) strict;';

/**
 * What was counted before first runs were kept: to the hour, where the hour is still known. Which objectives a service had is
 * not written down; those that it has not are forgotten when the configuration is taken on.
 */
const firstRunsOfBefore = `insert into first_runs select service, slo, case when hour < day + 86400000 then hour else day end
  from (select service, min(begins) filter (where span = 'hour') as hour, min(begins) filter (where span = 'day') as day
    from runs where pass + fail > 0 group by service), (select 'availability' as slo union select 'latency')
  where day is not null;`;

const schema = `
create table states (service text, probe text, identity text not null, state text not null, primary key (service, probe)) strict;
create table memories (service text, probe text, fingerprint text not null, kept text not null, primary key (service, probe)) strict;
create table tokens (service text, probe text, token text not null unique, primary key (service, probe)) strict;
create table told (service text, probe text, since integer, told text not null, primary key (service, probe, since)) strict;
create table transitions (at integer not null, service text not null, probe text not null, became text not null, since integer not null, reason text not null, found text not null, expected text not null) strict;
create index transitions_at on transitions (at);
create table runs (service text, probe text, span text, begins integer, pass integer not null, fail integer not null, inconclusive integer not null, duration_ms real not null, longest_ms real not null, primary key (service, probe, span, begins)) strict, without rowid;
create index runs_begins on runs (span, begins);
${deploys}
${firstRuns}
pragma user_version = ${version};
`;

/** The folder cannot be used: what the user has to see to. */
export class DataFolderError extends Error {}

export interface Opened {
  readonly database: DatabaseSync;
  /** Where a file that could not be read was put. Nothing of it is lost, and nothing of it is used. */
  readonly setAside?: string;
}

/**
 * Opens the database of a data folder, and makes both where they are not there. Throws a `DataFolderError` where another process has it open
 * (naming that process), where the folder cannot be written, and where a later version has written it.
 * @param now Unix milliseconds
 */
export function openDatabase(folder: string, now: number): Opened {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new DataFolderError(`the data folder ${folder} cannot be made: ${wordsOf(error)}`, { cause: error });
  }
  const file = join(folder, fileName);
  let setAside: string | undefined;
  let database: DatabaseSync;
  try {
    database = prepared(file);
  } catch (error) {
    if (isLocked(error))
      throw new DataFolderError(`the data folder ${folder} is in use${ownerOf(folder)}`, { cause: error });
    if (!isCorrupt(error))
      throw new DataFolderError(`the data folder ${folder} cannot be used: ${wordsOf(error)}`, { cause: error });
    setAside = `${file}.corrupt-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
    for (const suffix of ['', '-wal', '-shm']) moveIfThere(`${file}${suffix}`, `${setAside}${suffix}`);
    database = prepared(file);
  }
  writeFileSync(join(folder, 'pid'), `${process.pid}\n`);
  return setAside === undefined ? { database } : { database, setAside };
}

function prepared(file: string): DatabaseSync {
  const database = new DatabaseSync(file);
  try {
    database.exec(settings);
    const [check] = database.prepare('pragma quick_check').all();
    if (check?.quick_check !== 'ok') throw Object.assign(new Error('the file is damaged'), { errcode: corrupt });
    const found = Number(database.prepare('pragma user_version').get()?.user_version);
    if (found > version)
      throw new Error(`its state was written by a later version (${found}, this one knows ${version})`);
    if (found === 0) database.exec(`begin; ${schema} commit;`);
    else if (found < version) {
      const missing = [...(found < 2 ? [deploys] : []), firstRuns, firstRunsOfBefore];
      database.exec(`begin; ${missing.join(' ')} pragma user_version = ${version}; commit;`);
    }
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Result codes of SQLite. https://www.sqlite.org/rescode.html */
const [busy, corrupt, notADatabase] = [5, 11, 26];

function codeOf(error: unknown): number {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
}

function isLocked(error: unknown): boolean {
  return codeOf(error) === busy;
}

function isCorrupt(error: unknown): boolean {
  return codeOf(error) === corrupt || codeOf(error) === notADatabase;
}

export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function ownerOf(folder: string): string {
  try {
    return ` by process ${readFileSync(join(folder, 'pid'), 'utf8').trim()}`;
  } catch {
    // Only the name of the owner is missing then.
    return '';
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch {
    // The log and its index are not always there.
  }
}
