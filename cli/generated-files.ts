import { chmod, mkdir, readdir, readFile, rename, rm, rmdir, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { diff } from 'node:util';
import type { GeneratedFile } from '../stack/surroundings.ts';
import { sayFileFault } from './say-file-fault.ts';
import { UserError } from './user-error.ts';

/** A way in which a folder of generated files is not what the generators make. */
export interface Difference {
  readonly path: string;
  readonly kind: 'differs' | 'missing' | 'stale';
  /** The first lines that differ, marked with `-` (on disk) and `+` (generated). */
  readonly lines: readonly string[];
}

/** Compares what is on disk with what was generated. Whatever else `folders` hold is stale. Sorted by path. */
export async function compareFiles(
  root: string,
  files: readonly GeneratedFile[],
  folders: readonly string[],
): Promise<readonly Difference[]> {
  const differences: Difference[] = [];
  for (const { path, content } of files) {
    const found = await readIfThere(join(root, path));
    if (found === undefined) differences.push({ path, kind: 'missing', lines: [] });
    else if (found !== content) differences.push({ path, kind: 'differs', lines: changedLines(found, content) });
  }
  for (const path of await filesIn(root, folders)) {
    if (!files.some((file) => file.path === path)) differences.push({ path, kind: 'stale', lines: [] });
  }
  return differences.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/**
 * Makes `folders` hold exactly `files`, and writes those of `files` that lie elsewhere. Everything is first written
 * beside its place; only when all of it is on disk are the files renamed, so that a full disk or a missing permission
 * leaves what was there. Folders that exist are emptied, never recreated, because containers mount them by inode. What
 * is already right is not touched.
 * @returns what was changed
 */
export async function writeFiles(
  root: string,
  files: readonly GeneratedFile[],
  folders: readonly string[],
): Promise<readonly Difference[]> {
  const differences = await compareFiles(root, files, folders);
  const changed = new Set(differences.map(({ path }) => path));
  const staged: { readonly from: string; readonly to: string }[] = [];
  try {
    for (const folder of folders) await makeFolder(root, folder);
    for (const { path, content } of files.filter((file) => changed.has(file.path))) {
      await makeFolder(root, dirname(path));
      const to = join(root, path);
      const from = `${to}.new-${process.pid}`;
      staged.push({ from, to });
      await writeFile(from, content);
      // Containers read them under other users, whatever this user's umask is.
      await chmod(from, 0o644);
    }
  } catch (error) {
    await Promise.all(staged.map(({ from }) => rm(from, { force: true })));
    throw new UserError(`nothing was written: cannot write below ${root}: ${sayFileFault(error)}`, { cause: error });
  }
  for (const { from, to } of staged) await rename(from, to);
  for (const { path, kind } of differences) if (kind === 'stale') await rm(join(root, path));
  for (const folder of folders) await removeEmptyFolders(join(root, folder));
  return differences;
}

/** What is there now, of these files and of everything in the folders: what `writeFiles` needs to put it all back. */
export async function readFiles(
  root: string,
  files: readonly Pick<GeneratedFile, 'path'>[],
  folders: readonly string[],
): Promise<readonly GeneratedFile[]> {
  const paths = new Set([...files.map(({ path }) => path), ...(await filesIn(root, folders))]);
  const found = await Promise.all(
    [...paths].map(async (path) => ({ path, content: await readIfThere(join(root, path)) })),
  );
  return found.flatMap(({ path, content }) => (content === undefined ? [] : [{ path, content }]));
}

async function makeFolder(root: string, folder: string): Promise<void> {
  const created = await mkdir(join(root, folder), { recursive: true });
  if (created === undefined) return;
  for (let path = join(root, folder); path.length >= created.length; path = dirname(path)) await chmod(path, 0o755);
}

/** Below `folder`, but never `folder` itself. */
async function removeEmptyFolders(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inner = join(folder, entry.name);
    await removeEmptyFolders(inner);
    if ((await readdir(inner)).length === 0) await rmdir(inner);
  }
}

async function filesIn(root: string, folders: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of folders) {
    if (!(await stat(join(root, folder)).catch(() => undefined))?.isDirectory()) continue;
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isDirectory()) found.push(join(entry.parentPath, entry.name).slice(root.length).replace(/^\//, ''));
    }
  }
  return found;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined;
    throw new UserError(`cannot read ${path}: ${sayFileFault(error)}`, { cause: error });
  });
}

const shownLines = 8;

function changedLines(found: string, wanted: string): readonly string[] {
  // `diff` answers with the operations that turn its second argument into its first.
  const changes = diff(wanted.split('\n'), found.split('\n')).filter(([operation]) => operation !== 0);
  const lines = changes.map(([operation, line]) => `${operation === 1 ? '+' : '-'} ${line}`);
  const more = lines.length - shownLines;
  return more > 0 ? [...lines.slice(0, shownLines), `  … and ${more} more`] : lines;
}
