import { constants, type Stats } from 'node:fs';
import { glob, open, opendir, stat } from 'node:fs/promises';
import { sayDuration } from '../../../stack/duration.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import { untilAborted } from '../../net/until-aborted.ts';

/** A file as it was when it was looked at. */
export interface Found {
  readonly path: string;
  readonly size: number;
  /** When it was last written to, Unix milliseconds. */
  readonly writtenAt: number;
  readonly inode: number;
}

/** The clock of the host that wrote it may be so much ahead of ours. */
export const mostAheadMs = 5 * 60_000;

const mostMatches = 10_000;
const mostText = 4_194_304;
/** Half of the threads that Node has for this and for much else. */
const mostHanging = 2;

/**
 * Looks at files, no longer than a run may take. A file system that hangs (NFS whose server is gone) keeps a thread of the
 * process for every call until it comes back, and there are few threads: a call that still hangs from the last run is
 * waited for, and none is added to it. Where two hang, no other is made: this is then no word about the file.
 */
export class Files {
  readonly #calls = new Map<string, Promise<unknown>>();
  /** Of these, who outlived a run. */
  readonly #hanging = new Set<string>();

  /**
   * The file, or of those that a pattern names the one that was written last.
   * @param now Unix milliseconds: files that are dated later, by more than clocks differ, are left out, if there are others
   * @param settledForMs so are files that were written to more recently
   */
  async newest(pattern: string, now: number, settledForMs: number, run: Run): Promise<Found> {
    if (!isPattern(pattern)) return this.#file(pattern, await this.#stat(pattern, run));
    await this.#folder(pattern, run);
    const before = settledForMs > 0 ? now - settledForMs : now + mostAheadMs;
    let [newest, unsettled, ahead]: (Found | undefined)[] = [];
    let matches = 0;
    for (const path of await this.#matches(pattern, run)) {
      if (++matches > mostMatches)
        throw new Failure('answer', `over ${mostMatches} files`, `few files like ${pattern}`);
      const stats = await this.#stat(path, run, 'may be gone');
      if (!stats?.isFile()) continue;
      const found = this.#file(path, stats);
      if (found.writtenAt > now + mostAheadMs) ahead = later(ahead, found);
      else if (found.writtenAt > before) unsettled = later(unsettled, found);
      else newest = later(newest, found);
    }
    const file = newest ?? unsettled ?? ahead;
    if (!file) throw new Failure('file_missing', `nothing like ${pattern}`, 'a file');
    return file;
  }

  /** A short text file. */
  async text(path: string, run: Run): Promise<string> {
    const stats = await this.#stat(path, run);
    this.#file(path, stats);
    if (stats.size > mostText) throw new Failure('file_checksum', `${path} of over 4 MiB`, 'a manifest');
    return this.#call(`read ${path}`, path, run, async () => {
      // Whoever has put a pipe there since: opening it does not wait for a writer.
      await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
      return await file.readFile('utf8');
    });
  }

  #file(path: string, stats: Stats): Found {
    if (!stats.isFile()) throw new Failure('file_missing', `${kindOf(stats)} at ${path}`, 'a file');
    return { path, size: stats.size, writtenAt: stats.mtimeMs, inode: stats.ino };
  }

  /** A pattern matches nothing in a folder that may not be read, which must not read as a file that is gone. */
  async #folder(pattern: string, run: Run): Promise<void> {
    const parts = pattern.split('/');
    const folder = parts.slice(0, parts.findIndex(isPattern)).join('/') || '/';
    await this.#call(`open ${folder}`, folder, run, async () => {
      await using _folder = await opendir(folder);
    });
  }

  #matches(pattern: string, run: Run): Promise<readonly string[]> {
    return this.#call(`glob ${pattern}`, pattern, run, async () => {
      const paths: string[] = [];
      for await (const path of glob(pattern)) {
        paths.push(path);
        // Not at the end of the run: a later one may have joined in.
        if (paths.length > mostMatches) break;
      }
      return paths;
    });
  }

  #stat(path: string, run: Run): Promise<Stats>;
  #stat(path: string, run: Run, missing: 'may be gone'): Promise<Stats | undefined>;
  #stat(path: string, run: Run, missing?: 'may be gone'): Promise<Stats | undefined> {
    return this.#call(`stat ${path}`, path, run, async () => {
      try {
        return await stat(path);
      } catch (error) {
        if (missing && codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    });
  }

  /** @param name what is done with what, so that it is done once at a time */
  async #call<T>(name: string, path: string, run: Run, work: () => Promise<T>): Promise<T> {
    // The name says which work it is, and so of which type.
    const running = this.#calls.get(name) as Promise<T> | undefined;
    const call = running ?? this.#begin(name, work);
    try {
      return await untilAborted(call, run.signal);
    } catch (error) {
      if (this.#calls.has(name)) this.#hanging.add(name);
      throw failureOf(error, path, run);
    }
  }

  #begin<T>(name: string, work: () => Promise<T>): Promise<T> {
    if (this.#hanging.size >= mostHanging) {
      const found = `no free thread: ${mostHanging} calls to file systems hang`;
      throw new Failure('internal', found, 'a file system that answers');
    }
    const call = work();
    this.#calls.set(name, call);
    const done = () => {
      this.#calls.delete(name);
      this.#hanging.delete(name);
    };
    call.then(done, done);
    return call;
  }
}

function failureOf(error: unknown, path: string, run: Run): Failure {
  const failure = (reason: Failure['reason'], found: string) => new Failure(reason, found, 'a file', { cause: error });
  if (run.signal.aborted && error === run.signal.reason) {
    return failure('response_timeout', `no word of ${path} from the file system in ${sayDuration(run.timeoutMs)}`);
  }
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') return failure('file_missing', `nothing at ${path}`);
  if (code === 'EACCES' || code === 'EPERM') return failure('not_permitted', `no permission to look at ${path}`);
  if (code === 'EMFILE' || code === 'ENFILE') return failure('descriptors', 'no file descriptor left in the prober');
  return failure('file_missing', `${path} cannot be read (${code || 'unknown error'})`);
}

export function isPattern(text: string): boolean {
  return /[*?[{]/.test(text);
}

function later(one: Found | undefined, other: Found): Found {
  return one && one.writtenAt >= other.writtenAt ? one : other;
}

function kindOf(stats: Stats): string {
  if (stats.isDirectory()) return 'a folder';
  return stats.isFIFO() ? 'a pipe' : 'no regular file';
}
