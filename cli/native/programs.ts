import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where packages put daemons that the PATH of an ordinary user leaves out. */
const alsoLookIn = ['/usr/local/sbin', '/usr/sbin'];

/** The absolute path of the first of these programs that is installed. */
export function findProgram(
  names: readonly string[],
  env: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const folders = [...(env.PATH ?? '').split(delimiter).filter(Boolean), ...alsoLookIn];
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isProgram);
    if (found) return found;
  }
  return undefined;
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    // Not there, or not ours to run: the search goes on.
    return false;
  }
}
