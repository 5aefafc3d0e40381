import { openSync } from 'node:fs';
import { type NameAnswer, startNameServer } from '../testing/name-server.ts';
import { codeOf } from './failure.ts';
import { createResolver } from './resolve.ts';

/** A program: its test runs it where `/etc/resolv.conf` names 127.77.0.1, and prints the code that each name ended with. */

interface Scenario {
  /** Names to resolve, all at once. */
  readonly names: readonly string[];
  /** By name; without one no server listens at all. */
  readonly answers?: Readonly<Record<string, NameAnswer>>;
  readonly timeoutMs: number;
  readonly withoutDescriptors?: true;
}

const { names, answers, timeoutMs, withoutDescriptors }: Scenario = JSON.parse(process.argv[2] ?? '');
if (answers) await startNameServer((name) => answers[name] ?? answers['*'] ?? 'nxdomain', '127.77.0.1', 53);
const resolve = createResolver();
const signal = AbortSignal.timeout(timeoutMs);
if (withoutDescriptors) useUpDescriptors();
const ended = await Promise.all(names.map((name) => resolve(name, 'any', signal).then(() => 'ok', codeOf)));
process.stdout.write(ended.join(' '));
// Lookups that nobody waits for any more would hold the process for ten seconds.
process.exit();

function useUpDescriptors(): void {
  try {
    for (;;) openSync('/dev/null', 'r');
  } catch {
    // None is left: what was wanted.
  }
}
