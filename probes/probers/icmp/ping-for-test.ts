import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface OtherPing extends AsyncDisposable {
  /** Its processes that are there, the dead that nobody has waited for among them. */
  processes(): number;
}

/**
 * Puts another `ping` first on PATH, as a machine may have one: without permission, of another make, or one that hangs.
 * @param script for sh
 */
export function otherPing(script: string): OtherPing {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-ping-'));
  const started = join(folder, 'started');
  const path = process.env.PATH;
  writeFileSync(join(folder, 'ping'), `#!/bin/sh\necho $$ >> ${started}\n${script}\n`);
  chmodSync(join(folder, 'ping'), 0o755);
  writeFileSync(started, '');
  process.env.PATH = `${folder}:${path}`;
  return {
    processes: () => {
      const there = new Set(readdirSync('/proc'));
      return readFileSync(started, 'utf8')
        .split('\n')
        .filter((pid) => pid && there.has(pid)).length;
    },
    [Symbol.asyncDispose]: async () => {
      process.env.PATH = path;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** A PATH without any `ping` at all. */
export function withoutPing(): Disposable {
  const path = process.env.PATH;
  process.env.PATH = '/nonexistent';
  return {
    [Symbol.dispose]: () => {
      process.env.PATH = path;
    },
  };
}

/** Whether this machine lets us ping.. */
export function mayPing(): boolean {
  return spawnSync('ping', ['-n', '-c', '1', '127.0.0.1'], { stdio: 'ignore' }).status === 0;
}

/** Answers as iputils does, for one request. */
export const answeringPing = `echo 'PING 127.0.0.1 (127.0.0.1) 56(84) bytes of data.'
echo '64 bytes from 127.0.0.1: icmp_seq=1 ttl=64 time=0.109 ms'`;
