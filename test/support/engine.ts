import { spawn } from 'node:child_process';
import { mkdirSync, openSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { must, run, which } from './shell.ts';

/** Says what happens, since a first run installs things on the machine. */
export type Say = (line: string) => void;

export interface Engine {
  /** Why there is no engine, or undefined when it answers. */
  readonly missing?: string;
  /** Ends the daemon if this call started it. */
  stop(): Promise<void>;
}

const nothing = async () => {};

/**
 * A Docker engine that answers: the one that runs, or else, on Debian as root, the one from Debian's packages, started
 * here and ended by `stop`. On other machines it says what is missing.
 */
export async function ensureEngine(folder: string, say: Say): Promise<Engine> {
  if (await answers()) return { stop: nothing };
  if (process.getuid?.() !== 0)
    return { missing: 'no Docker engine answers, and starting one needs root', stop: nothing };
  if (!(await which('dockerd'))) {
    if (!(await which('apt-get'))) return { missing: 'no Docker engine, and no apt-get to install one', stop: nothing };
    say('installing the Docker engine from Debian packages: docker.io iptables');
    await aptInstall(['docker.io', 'iptables']);
  }
  say('starting dockerd');
  mkdirSync(folder, { recursive: true });
  const log = openSync(`${folder}/dockerd.log`, 'a');
  const daemon = spawn('dockerd', [], { stdio: ['ignore', log, log], detached: true });
  daemon.unref();
  const ended = new Promise<void>((resolve) => daemon.once('exit', () => resolve()));
  for (let i = 0; i < 120 && daemon.exitCode === null; i++) {
    if (await answers()) {
      return {
        stop: async () => {
          daemon.kill('SIGTERM');
          // The daemon was let go of: without this timer nothing would keep the process waiting for its end.
          const limit = new AbortController();
          await Promise.race([ended, sleep(15_000, undefined, { signal: limit.signal }).catch(() => {})]);
          limit.abort();
        },
      };
    }
    await sleep(500);
  }
  daemon.kill('SIGTERM');
  return { missing: `dockerd did not come up; see ${folder}/dockerd.log`, stop: nothing };
}

/** Installs Debian packages. The package lists are fetched first: a fresh machine has none. */
export async function aptInstall(packages: readonly string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await must('apt-get', ['update', '-qq'], { env, timeoutMs: 300_000 });
  await must('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, timeoutMs: 600_000 });
}

async function answers(): Promise<boolean> {
  if (!(await which('docker'))) return false;
  return (await run('docker', ['info', '--format', '{{.ServerVersion}}'], { timeoutMs: 20_000 })).code === 0;
}
