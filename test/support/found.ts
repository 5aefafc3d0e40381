import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Found, TestImage } from './images.ts';
import { checkout } from './images.ts';

/** What `npm test` found and built before it started the tests. */
export interface Findings {
  /** Why there is no Docker engine, if there is none. */
  readonly engine?: string;
  readonly images: Readonly<Partial<Record<TestImage | 'watchpost', Found>>>;
}

/** Programs that the images hold, copied out for tests that need them as processes. */
export const programFolder = join(checkout, '.watchpost/test/bin');
export const findingsFile = join(checkout, '.watchpost/test/found.json');

/** What was found, or an empty list when the tests were not started by `npm test`. */
export function findings(): Findings {
  if (!existsSync(findingsFile)) return { engine: 'nothing was prepared; start the tests by npm test', images: {} };
  return JSON.parse(readFileSync(findingsFile, 'utf8'));
}

/** The image of a component, for a test that cannot run without it. */
export function imageOf(name: TestImage | 'watchpost'): string {
  const found = findings().images[name];
  if (found && 'image' in found) return found.image;
  throw new Error(missing([name]) ?? `no image of ${name}`);
}

/** Why a test that needs these components must be skipped, or undefined when all of them are there. */
export function missing(names: readonly (TestImage | 'watchpost')[]): string | undefined {
  const { engine, images } = findings();
  if (engine) return engine;
  const reasons = names.flatMap((name) => {
    const found = images[name];
    if (!found) return [`${name}: no image was prepared`];
    return 'missing' in found ? [found.missing] : [];
  });
  return reasons.length > 0 ? reasons.join('; ') : undefined;
}
