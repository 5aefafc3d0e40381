import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { sayDuration } from '../../../stack/duration.ts';
import type { Run } from '../../model.ts';
import { codeOf, Failure } from '../../net/failure.ts';
import type { Recorder } from '../recorder.ts';
import { sayBytes } from './bytes.ts';
import type { Files, Found } from './files.ts';
import { Hashing, isSame } from './hashing.ts';
import type { Remembered } from './remembered.ts';

/** Only what is running: sums that are known are remembered by their probe. */
const hashing = new Hashing();

/**
 * Compares the file with its line in the manifest. A file that has not changed is not read again; one that is not read to its
 * end in time goes on being read, and passes for as long as it does.
 * @returns what to remember
 */
export async function expectChecksum(
  file: Found,
  manifest: string,
  files: Files,
  remembered: Remembered,
  run: Run,
  recorder: Recorder,
): Promise<Remembered> {
  const path = manifestOf(file, manifest);
  const wanted = sumIn(await manifestText(path, files, run), path, file);
  if (!wanted)
    throw new Failure('file_checksum', `no line for ${basename(file.path)} in ${path}`, 'a SHA-256 sum of it');
  const known = remembered.hashed;
  if (known?.file.path === file.path && isSame(known.file, file)) {
    judge(known.sum, wanted, path);
    recorder.step(`SHA-256 as in ${path}; the file has not changed since it was read`);
    return remembered;
  }
  const hashed = await hash(file, run);
  if ('sum' in hashed) {
    judge(hashed.sum, wanted, path);
    recorder.step(`SHA-256 as in ${path}`);
    return { ...remembered, hashed: { file, sum: hashed.sum } };
  }
  const far = `${sayBytes(hashed.readBytes)} of ${sayBytes(file.size)} read`;
  if (!hashed.moved) {
    const found = `no more of the file in ${sayDuration(run.timeoutMs)} (${far})`;
    throw new Failure('response_timeout', found, 'its SHA-256 sum');
  }
  recorder.step(`SHA-256 not yet known: ${far}; it goes on, and the next run looks again`);
  return remembered;
}

async function hash(file: Found, run: Run) {
  try {
    return await hashing.sumOf(file, run.signal);
  } catch (error) {
    const code = codeOf(error);
    const [reason, found] =
      code === 'EACCES' || code === 'EPERM'
        ? (['not_permitted', `no permission to read ${file.path}`] as const)
        : (['file_checksum', `${file.path} cannot be read (${code || 'unknown error'})`] as const);
    throw new Failure(reason, found, 'its SHA-256 sum', { cause: error });
  }
}

async function manifestText(path: string, files: Files, run: Run): Promise<string> {
  try {
    return await files.text(path, run);
  } catch (error) {
    if (error instanceof Failure && error.reason === 'file_missing') {
      throw new Failure('file_checksum', error.found, 'a manifest of SHA-256 sums', { cause: error });
    }
    throw error;
  }
}

function judge(found: string, wanted: string, path: string): void {
  if (found === wanted) return;
  throw new Failure('file_checksum', `SHA-256 ${found.slice(0, 16)}…`, `SHA-256 ${wanted.slice(0, 16)}… as in ${path}`);
}

function manifestOf(file: Found, manifest: string): string {
  const named = manifest.replaceAll('*', () => basename(file.path));
  return isAbsolute(named) ? named : join(dirname(file.path), named);
}

/** The sum of the file in a manifest: lines of a sum, two spaces or a space and an asterisk, and a path. */
function sumIn(text: string, path: string, file: Found): string | undefined {
  const lines = text.split('\n').flatMap((line) => {
    const [, escaped, sum = '', name = ''] = /^(\\?)([0-9a-fA-F]{64}) [ *](.+?)\r?$/.exec(line) ?? [];
    return sum ? [{ sum: sum.toLowerCase(), name: escaped ? unescaped(name) : name }] : [];
  });
  const exact = lines.find(({ name }) => resolve(dirname(path), name) === file.path);
  // Made in another folder, as on the machine that the backup comes from.
  return (exact ?? lines.find(({ name }) => basename(name) === basename(file.path)))?.sum;
}

function unescaped(name: string): string {
  return name.replaceAll(/\\([\\nr])/g, (_, kind: string) => (kind === '\\' ? '\\' : kind === 'n' ? '\n' : '\r'));
}
