import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { must } from '../shell.ts';

/** A small file system of its own, in a file. Only root can mount one. */
export interface Disk extends AsyncDisposable {
  /** Where it is mounted. */
  readonly folder: string;
  /** A shell command in it. */
  run(command: string): Promise<void>;
}

const size = '64M';
const inodes = 512;

export async function startDisk(): Promise<Disk> {
  await using cleanup = new AsyncDisposableStack();
  const place = await mkdtemp(join(tmpdir(), 'watchpost-disk-'));
  cleanup.defer(() => rm(place, { recursive: true, force: true }));
  const [image, folder] = [join(place, 'image'), join(place, 'mounted')];
  await mkdir(folder);
  await must('truncate', ['-s', size, image]);
  await must('mkfs.ext4', ['-q', '-m', '0', '-N', String(inodes), image]);
  await must('mount', ['-o', 'loop', image, folder]);
  cleanup.defer(async () => {
    await must('umount', ['--lazy', folder]);
  });
  await chmod(folder, 0o755);
  await chmod(place, 0o755);
  const rest = cleanup.move();
  return {
    folder,
    run: async (command) => {
      await must('sh', ['-c', command], { cwd: folder });
    },
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
