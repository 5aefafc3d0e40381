import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** The root of this checkout: where the generators, the runbooks and the shipped watchpost.yaml are. */
export const checkout = join(import.meta.dirname, '..');

export const shippedConfig = join(checkout, 'watchpost.yaml');
export const defaultDataFolder = join(checkout, '.watchpost');

/** Whether the folder is a checkout of Watchpost: this one, or one that is mounted into the image this runs in. */
export function isCheckout(folder: string): boolean {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return typeof manifest === 'object' && manifest !== null && 'name' in manifest && manifest.name === 'watchpost';
  } catch {
    // No package.json, or none that can be read: some other folder.
    return false;
  }
}

/** A path as a person would type it from here. */
export function sayPath(path: string): string {
  const fromHere = relative(process.cwd(), path);
  if (fromHere === '') return '.';
  return fromHere.startsWith('../..') ? path : fromHere;
}
