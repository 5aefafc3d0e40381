/**
 * `npm run test:calendar [-- --only WORD] [-- FILES]`: the unit tests on other dates, in other time zones and another locale, by Debian's libfaketime. It moves the
 * clock of every process, OpenSSL's too; monotonic time and the times of files stay the kernel's.
 */
import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { must, run } from '../support/shell.ts';
import { type Moment, moments, offsetSeconds } from './moments.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { only: { type: 'string' } } });
const library = await ensureLibrary();
const results: string[] = [];
for (const moment of moments) {
  if (values.only && !moment.name.includes(values.only)) continue;
  const clock = clockOf(moment);
  const shown = await must('date', ['--iso-8601=seconds'], { env: clock });
  console.log(`\n== ${moment.name}: ${shown.trim()}`);
  const began = performance.now();
  const code = await unitTests(clock);
  results.push(
    `${code === 0 ? 'ok    ' : 'FAILED'} ${moment.name}, ${Math.round((performance.now() - began) / 1_000)} s`,
  );
  if (code !== 0) process.exitCode = 1;
}
console.log(`\n${results.join('\n')}`);
if (results.length === 0)
  throw new Error(`no moment is named "${values.only}": ${moments.map(({ name }) => name).join('; ')}`);

function clockOf(moment: Moment): Record<string, string> {
  const seconds = offsetSeconds(moment, Date.now());
  return {
    ...(seconds !== 0 && { LD_PRELOAD: library, FAKETIME: `${seconds > 0 ? '+' : ''}${seconds}s` }),
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    NO_FAKE_STAT: '1',
    WATCHPOST_MOVED_DAYS: '0',
    ...(moment.timeZone && { TZ: moment.timeZone }),
    ...(moment.locale && { LANG: moment.locale, LC_ALL: moment.locale }),
  };
}

function unitTests(clock: Readonly<Record<string, string>>): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const checkout = join(import.meta.dirname, '../..');
  const child = spawn(
    process.execPath,
    [join(checkout, 'node_modules/vitest/vitest.mjs'), 'run', '--project', 'unit', '--reporter=dot', ...positionals],
    { cwd: checkout, stdio: 'inherit', env: { ...process.env, ...clock } },
  );
  child.on('error', reject);
  child.on('close', (code) => resolve(code ?? 1));
  return promise;
}

/** The library of the package `faketime`; installed where this is root on Debian. */
async function ensureLibrary(): Promise<string> {
  const find = () => globSync('/usr/lib/*/faketime/libfaketime.so.1')[0];
  if (!find() && process.getuid?.() === 0) {
    console.log('installing faketime');
    await run('apt-get', ['update', '-q']);
    await run('apt-get', ['install', '-q', '-y', '--no-install-recommends', 'faketime']);
  }
  const library = find();
  if (!library) throw new Error('libfaketime is missing: install it (on Debian: apt-get install faketime)');
  return library;
}
