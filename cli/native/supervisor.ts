import { type ChildProcess, spawn } from 'node:child_process';
import { type FileHandle, mkdir, open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { findProgram } from './programs.ts';

export interface ChildCommand {
  /** Absolute path of the program. */
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Both output streams are appended here. */
  readonly log: string;
  readonly cwd: string;
  /** How long it may take to end after SIGTERM. */
  readonly killAfterMs?: number;
}

/** What happened to a child, for the one who watches. `lastLines` are of its log. */
export type ChildEvent =
  | { readonly kind: 'started'; readonly pid: number }
  | {
      readonly kind: 'died';
      readonly how: string;
      readonly lastLines: readonly string[];
      readonly restartInMs: number;
    };

const firstBackOffMs = 1_000;
const longestBackOffMs = 30_000;
/** A child that lived this long starts again with the shortest delay. */
const settledMs = 60_000;
const usualKillAfterMs = 5_000;

/**
 * Keeps one program running until it is disposed: restarted when it dies, ever later while it keeps dying. It leads a
 * process group of its own, so that Ctrl-C reaches only us and stopping reaches its own children too. Where `setpriv`
 * is installed (Debian always), the kernel kills it when we are killed without a chance to; all of them keep a journal of
 * what they have on disk.
 */
export class Child implements AsyncDisposable {
  readonly #command: ChildCommand;
  readonly #watch: (event: ChildEvent) => void;
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #process: ChildProcess | undefined;

  constructor(command: ChildCommand, watch: (event: ChildEvent) => void) {
    this.#command = command;
    this.#watch = watch;
    this.#done = this.#keepRunning();
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopping.abort();
    this.#signal('SIGTERM');
    const kill = setTimeout(() => this.#signal('SIGKILL'), this.#command.killAfterMs ?? usualKillAfterMs);
    await this.#done;
    clearTimeout(kill);
  }

  async #keepRunning(): Promise<void> {
    const { signal } = this.#stopping;
    let backOffMs = firstBackOffMs;
    while (!signal.aborted) {
      const began = performance.now();
      const how = await this.#runOnce();
      if (signal.aborted) return;
      if (performance.now() - began > settledMs) backOffMs = firstBackOffMs;
      this.#watch({ kind: 'died', how, lastLines: await lastLines(this.#command.log, 5), restartInMs: backOffMs });
      await sleep(backOffMs, undefined, { signal }).catch(() => {});
      backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
    }
  }

  /** @returns how it ended, in words */
  async #runOnce(): Promise<string> {
    const { program, args, env, log, cwd } = this.#command;
    await mkdir(dirname(log), { recursive: true });
    await using output: FileHandle = await open(log, 'a');
    const [file, ...rest] = [...dieWithUs(), program, ...args];
    const child = spawn(file ?? program, rest, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', output.fd, output.fd],
      detached: true,
    });
    this.#process = child;
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(`could not be started: ${error.message}`));
      child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with ${code}`));
    });
    if (child.pid !== undefined) this.#watch({ kind: 'started', pid: child.pid });
    // Told to stop while the log was being opened.
    if (this.#stopping.signal.aborted) this.#signal('SIGTERM');
    const how = await ended;
    this.#signal('SIGKILL');
    this.#process = undefined;
    return how;
  }

  /** To the whole group. A group that is gone needs no signal. */
  #signal(signal: NodeJS.Signals): void {
    const pid = this.#process?.pid;
    if (pid === undefined) return;
    try {
      process.kill(-pid, signal);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  }
}

function dieWithUs(): readonly string[] {
  const setpriv = findProgram(['setpriv']);
  return setpriv ? [setpriv, '--pdeathsig', 'KILL', '--'] : [];
}

export async function lastLines(file: string, count: number): Promise<readonly string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).filter(Boolean);
}
