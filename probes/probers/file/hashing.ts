import { Worker } from 'node:worker_threads';
import { untilAborted } from '../../net/until-aborted.ts';
import type { Found } from './files.ts';

/** SHA-256 as hex, or how far it has come. */
export type Hashed = { readonly sum: string } | { readonly readBytes: number; readonly moved: boolean };

interface Job {
  readonly file: Found;
  readonly worker: Worker;
  readonly progress: BigInt64Array;
  readonly sum: Promise<string>;
  /** Bytes that had been read when it was last asked for; -1 before: the thread itself takes a while to start. */
  askedAt: number;
}

/**
 * Computes the sums of files, each in a thread of its own and each once: what is not done at the end of a run goes on, and
 * the next run asks again.
 */
export class Hashing {
  readonly #jobs = new Map<string, Job>();

  /** The sum, or how far it is when the signal aborts. Rejects with the error of the file system. */
  async sumOf(file: Found, signal: AbortSignal): Promise<Hashed> {
    const job = this.#jobOf(file);
    try {
      const sum = await untilAborted(job.sum, signal);
      this.#jobs.delete(file.path);
      return { sum };
    } catch (error) {
      if (!signal.aborted || error !== signal.reason) {
        this.#jobs.delete(file.path);
        throw error;
      }
      const readBytes = Number(Atomics.load(job.progress, 0));
      const moved = readBytes > job.askedAt;
      job.askedAt = readBytes;
      return { readBytes, moved };
    }
  }

  #jobOf(file: Found): Job {
    const running = this.#jobs.get(file.path);
    if (running && isSame(running.file, file)) return running;
    // It may hang in the file system, so its end is not waited for.
    if (running) void running.worker.terminate();
    const job = begin(file);
    this.#jobs.set(file.path, job);
    return job;
  }
}

export function isSame(one: Found, other: Found): boolean {
  return one.size === other.size && one.writtenAt === other.writtenAt && one.inode === other.inode;
}

function begin(file: Found): Job {
  const progress = new SharedArrayBuffer(8);
  const { promise: sum, resolve, reject } = Promise.withResolvers<string>();
  // It may fail while nobody asks.
  sum.catch(() => {});
  const worker = new Worker(new URL('./hash-worker.ts', import.meta.url), {
    workerData: { path: file.path, progress },
    resourceLimits: { maxOldGenerationSizeMb: 32 },
  });
  worker.once('message', resolve).once('error', reject);
  worker.once('exit', () => reject(new Error('the thread that read the file ended')));
  // It must not keep a service alive that wants to end.
  worker.unref();
  return { file, worker, progress: new BigInt64Array(progress), sum, askedAt: -1 };
}
