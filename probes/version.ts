import { readFile } from 'node:fs/promises';

/** The version of this checkout. */
export async function readVersion(): Promise<string> {
  const metadata: unknown = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));
  const version = typeof metadata === 'object' && metadata && 'version' in metadata ? metadata.version : undefined;
  return String(version ?? 'unknown');
}
