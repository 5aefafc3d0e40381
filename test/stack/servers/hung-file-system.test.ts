import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { attempt, emptyMemory, judgement } from '../../../probes/probers/attempt-for-test.ts';
import { file } from '../../../probes/probers/file/file.ts';
import { ownTime } from '../../../probes/testing/own-time.ts';

/** A FUSE file system that nobody serves: every call waits, as on NFS whose server is gone. */
function mountHung(): Disposable & { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'watchpost-hung-'));
  let device: number | undefined;
  try {
    device = openSync('/dev/fuse', 'r+');
    const options = `fd=3,rootmode=40000,user_id=${process.getuid?.()},group_id=0`;
    execFileSync('mount', ['-i', '-t', 'fuse', '-o', options, 'hung', folder], {
      stdio: ['ignore', 'pipe', 'pipe', device],
    });
  } catch (error) {
    if (device !== undefined) closeSync(device);
    rmdirSync(folder);
    throw error;
  }
  const open = device;
  return {
    folder,
    [Symbol.dispose]() {
      // Ends every call that waits.
      closeSync(open);
      execFileSync('umount', ['-l', folder]);
      rmdirSync(folder);
    },
  };
}

function whyNot(): string | undefined {
  try {
    using _mounted = mountHung();
    return undefined;
  } catch (error) {
    return `no FUSE file system can be mounted: ${String(error).split('\n', 1)[0]}`;
  }
}

const lacking = whyNot();

describe.skipIf(lacking)(`a file system that hangs${lacking ? ` (${lacking})` : ''}`, () => {
  test('ends every run in time, keeps two threads at most, and is forgiven when it answers again', async () => {
    const memory = emptyMemory();
    const probe = (path: string) => attempt(file, path, {}, { timeoutMs: 200, memory });
    const timed = async (path: string) => {
      let judged = '';
      const ms = await ownTime(async () => {
        judged = judgement(await probe(path));
      });
      expect(ms).toBeLessThan(250);
      return judged;
    };
    {
      using hung = mountHung();
      const first = join(hung.folder, 'a.dump');
      const second = join(hung.folder, 'b/*.dump');
      for (let i = 0; i < 8; i++) {
        expect(await timed(first)).toBe(
          `fail response_timeout: found no word of ${first} from the file system in 200 ms, expected a file`,
        );
        expect(await timed(second)).toMatch(/^fail response_timeout: /);
      }
      // Any other is left alone, and what else there is for threads to do goes on.
      expect(await timed('/etc/hostname')).toBe(
        'inconclusive internal: found no free thread: 2 calls to file systems hang, expected a file system that answers',
      );
      expect(await readFile('/etc/hostname', 'utf8')).not.toBe('');
    }
    await expect.poll(() => timed('/etc/hostname')).toBe('pass');
  });
});
