import { mkdir, mkdtempDisposable, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { compareFiles, readFiles, writeFiles } from './generated-files.ts';

const folders = ['alerts/generated', 'loki/generated'];
const files = [
  { path: 'alerts/generated/rules/core.yaml', content: 'a: 1\n' },
  { path: 'loki/generated/loki.yaml', content: 'b: 2\n' },
];

function scratch() {
  return mkdtempDisposable(join(tmpdir(), 'generated-'));
}

async function everything(root: string): Promise<readonly string[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

test('writes what is missing, for everybody to read, and says so', async () => {
  await using root = await scratch();
  const before = process.umask(0o077);
  const changed = await writeFiles(root.path, files, folders).finally(() => process.umask(before));
  expect(changed.map(({ path, kind }) => [path, kind])).toEqual([
    ['alerts/generated/rules/core.yaml', 'missing'],
    ['loki/generated/loki.yaml', 'missing'],
  ]);
  expect(await everything(root.path)).toEqual(['alerts/generated/rules/core.yaml', 'loki/generated/loki.yaml']);
  expect((await stat(join(root.path, 'alerts/generated/rules'))).mode & 0o777).toBe(0o755);
  expect((await stat(join(root.path, 'alerts/generated/rules/core.yaml'))).mode & 0o777).toBe(0o644);
  expect(await compareFiles(root.path, files, folders)).toEqual([]);
});

test('empties a folder without making it anew, because containers mount it by inode', async () => {
  await using root = await scratch();
  const folder = join(root.path, 'alerts/generated');
  await mkdir(join(folder, 'old/deep'), { recursive: true });
  await writeFile(join(folder, 'old/deep/left.yaml'), 'x\n');
  const inode = (await stat(folder)).ino;
  await writeFiles(root.path, files, folders);
  expect(await everything(root.path)).toEqual(['alerts/generated/rules/core.yaml', 'loki/generated/loki.yaml']);
  expect(await readdir(folder)).toEqual(['rules']);
  expect((await stat(folder)).ino).toBe(inode);
});

test('does not touch a file that is right', async () => {
  await using root = await scratch();
  await writeFiles(root.path, files, folders);
  const path = join(root.path, 'loki/generated/loki.yaml');
  const inode = (await stat(path)).ino;
  expect(await writeFiles(root.path, files, folders)).toEqual([]);
  expect((await stat(path)).ino).toBe(inode);
});

test('shows what differs, with the lines on disk and the lines generated', async () => {
  await using root = await scratch();
  await writeFiles(root.path, files, folders);
  await writeFile(join(root.path, 'alerts/generated/rules/core.yaml'), 'a: 7\n');
  await writeFile(join(root.path, 'loki/generated/more.yaml'), '');
  expect(await compareFiles(root.path, files, folders)).toEqual([
    { path: 'alerts/generated/rules/core.yaml', kind: 'differs', lines: ['+ a: 1', '- a: 7'] },
    { path: 'loki/generated/more.yaml', kind: 'stale', lines: [] },
  ]);
});

test('changes nothing when one of the files cannot be written', async () => {
  await using root = await scratch();
  await writeFiles(root.path, files, folders);
  // A file where the last generated file needs a folder: it fails for every user, root included.
  const next = [
    ...files.map((file) => ({ ...file, content: 'new: 1\n' })),
    { path: 'loki/generated/loki.yaml/x.yaml', content: 'x: 1\n' },
  ];
  await expect(writeFiles(root.path, next, folders)).rejects.toThrow(/^nothing was written: /);
  expect(await compareFiles(root.path, files, folders)).toEqual([]);
});

test('puts everything back, also what was removed', async () => {
  await using root = await scratch();
  await writeFiles(root.path, files, folders);
  const before = await readFiles(root.path, files, folders);
  await writeFiles(root.path, [{ path: 'loki/generated/other.yaml', content: 'c: 3\n' }], folders);
  await writeFiles(root.path, before, folders);
  expect(await everything(root.path)).toEqual(['alerts/generated/rules/core.yaml', 'loki/generated/loki.yaml']);
  expect(await readFile(join(root.path, 'loki/generated/loki.yaml'), 'utf8')).toBe('b: 2\n');
});
