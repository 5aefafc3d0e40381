import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../support/shell.ts';

export const checkout = join(import.meta.dirname, '../..');

/** Every file of the checkout that git knows or would add, relative to its root. */
export async function sourceFiles(pattern: RegExp): Promise<readonly string[]> {
  const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'], {
    cwd: checkout,
  });
  const gone = await run('git', ['ls-files', '--deleted'], { cwd: checkout });
  const deleted = new Set(gone.stdout.split('\n'));
  return listed.stdout.split('\n').filter((path) => pattern.test(path) && !deleted.has(path));
}

export function read(path: string): string {
  return readFileSync(join(checkout, path), 'utf8');
}
