import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, renameSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { z } from 'zod';
import type { Memory, Outcome } from '../../model.ts';
import { ownTime } from '../../testing/own-time.ts';
import { attempt, emptyMemory, judgement } from '../attempt-for-test.ts';
import { file } from './file.ts';
import type { fileOptions } from './options.ts';

type Options = z.input<typeof fileOptions>;

const hourMs = 3_600_000;
const now = Date.UTC(2026, 10, 23, 12);
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'watchpost-file-'));
});
beforeEach(() => {
  rmSync(folder, { recursive: true });
  mkdirSync(folder);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Writes a file of that many bytes that is that old. */
function put(name: string, bytes: number, ageMs = hourMs): string {
  const path = join(folder, name);
  writeFileSync(path, Buffer.alloc(bytes, name));
  utimesSync(path, (now - ageMs) / 1_000, (now - ageMs) / 1_000);
  return path;
}

function probe(name: string, options: Options = {}, memory?: Memory, timeoutMs = 2_000): Promise<Outcome> {
  return attempt(file, join(folder, name), options, { now: () => now, timeoutMs, ...(memory && { memory }) });
}

function said(outcome: Outcome): string {
  return judgement(outcome).replaceAll(folder, 'FOLDER');
}

const cases: readonly {
  readonly name: string;
  readonly path?: string;
  readonly options?: Options;
  readonly is: string;
}[] = [
  { name: 'a file that is there', is: 'pass' },
  {
    name: 'a file that is not there',
    path: 'nope',
    is: 'fail file_missing: found nothing at FOLDER/nope, expected a file',
  },
  { name: 'a folder', path: '.', is: 'fail file_missing: found a folder at FOLDER, expected a file' },
  { name: 'a pipe', path: 'pipe', is: 'fail file_missing: found a pipe at FOLDER/pipe, expected a file' },
  {
    name: 'a pattern that matches nothing',
    path: '*.tar',
    is: 'fail file_missing: found nothing like FOLDER/*.tar, expected a file',
  },
  {
    name: 'a pattern in a folder that is not there',
    path: 'gone/*.dump',
    is: 'fail file_missing: found nothing at FOLDER/gone, expected a file',
  },
  { name: 'young enough', options: { max_age: '61m' }, is: 'pass' },
  {
    name: 'too old',
    options: { max_age: '59m' },
    is: 'fail file_old: found FOLDER/b.dump written 60 min ago, expected a file written within 59 min',
  },
  { name: 'a pattern is the file that was written last', path: '*.dump', options: { max_age: '61m' }, is: 'pass' },
  { name: 'large enough', options: { min_size: '2kB', max_size: '2KiB' }, is: 'pass' },
  {
    name: 'too small',
    options: { min_size: '2.1kB' },
    is: 'fail file_size: found FOLDER/b.dump of 2 kB, expected at least 2.1 kB',
  },
  {
    name: 'too large',
    options: { max_size: '1kB' },
    is: 'fail file_size: found FOLDER/b.dump of 2 kB, expected at most 1 kB',
  },
  {
    name: 'a file that was written just now is left out for another',
    path: '{a,b}.dump',
    options: { settled_for: '2h', max_size: '1kB', max_age: '3h' },
    is: 'pass',
  },
  {
    name: 'and where there is no other, only its age counts for now',
    options: { settled_for: '2h', max_size: '1kB' },
    is: 'pass',
  },
];

describe('file', () => {
  test.each(cases)('$name', async ({ path = 'b.dump', options, is }) => {
    put('a.dump', 1_000, 2.5 * hourMs);
    put('b.dump', 2_000);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(said(await probe(path, options))).toBe(is);
  });

  const dated = (name: string, ms: number) => put(name, 2_000, -ms);
  const yearsMs = 73 * 365 * 24 * hourMs;
  const when = new Date(now + yearsMs).toISOString().slice(0, 10);
  const sum = 'f'.repeat(64);

  test.each([
    {
      name: 'dated to come is too old, for nobody knows when it was written',
      aheadMs: yearsMs,
      is: `fail file_old: found FOLDER/b.dump dated ${when}, which is to come, expected a file written by now`,
      steps: [],
    },
    {
      name: 'dated to come has its size and its checksum looked at as well',
      aheadMs: yearsMs,
      options: { max_age: '26h', max_size: '1kB', checksum: 'SHA256SUMS' },
      is: `fail file_old: found FOLDER/b.dump dated ${when}, which is to come, expected a file written within 26 h`,
      steps: [
        'also found FOLDER/b.dump of 2 kB, expected at most 1 kB',
        'also found nothing at FOLDER/SHA256SUMS, expected a manifest of SHA-256 sums',
      ],
    },
    {
      name: 'dated to come does not settle, and is too old all the same',
      aheadMs: yearsMs,
      options: { settled_for: '5m' },
      is: `fail file_old: found FOLDER/b.dump dated ${when}, which is to come, expected a file written by now`,
      steps: [],
    },
    {
      name: 'that a clock a little ahead has dated is one of now',
      aheadMs: 4 * 60_000,
      options: { max_age: '26h' },
      is: 'pass',
      steps: [],
    },
    {
      name: 'that a clock a little ahead has dated needs its manifest',
      aheadMs: 1_000,
      options: { checksum: 'SHA256SUMS' },
      is: 'fail file_checksum: found nothing at FOLDER/SHA256SUMS, expected a manifest of SHA-256 sums',
      steps: [],
    },
    {
      name: 'that a clock a little ahead has dated has its size looked at',
      aheadMs: 1_000,
      options: { max_size: '1kB' },
      is: 'fail file_size: found FOLDER/b.dump of 2 kB, expected at most 1 kB',
      steps: [],
    },
  ])('a file $name', async ({ aheadMs, options = {}, is, steps }) => {
    dated('b.dump', aheadMs);
    const outcome = await probe('b.dump', options);
    expect(said(outcome)).toBe(is);
    const others = outcome.steps.map(({ text }) => text.replaceAll(folder, 'FOLDER'));
    expect(others.filter((text) => text.startsWith('also '))).toEqual(steps);
  });

  test('a file dated to come does not hide the others of a pattern', async () => {
    dated('a.dump', yearsMs);
    put('b.dump', 2_000, 30 * hourMs);
    expect(said(await probe('*.dump', { max_age: '26h' }))).toBe(
      'fail file_old: found FOLDER/b.dump written 30 h ago, expected a file written within 26 h',
    );
  });

  test('a file that is too old has its checksum looked at as well', async () => {
    put('b.dump', 2_000, 30 * hourMs);
    writeFileSync(join(folder, 'SHA256SUMS'), `${sum}  b.dump\n`);
    const outcome = await probe('b.dump', { max_age: '26h', checksum: 'SHA256SUMS' });
    expect(said(outcome)).toMatch(/^fail file_old: found FOLDER\/b\.dump written 30 h ago/);
    expect(outcome.steps.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^also found SHA-256 [0-9a-f]{16}…, expected SHA-256 f{16}…/),
    );
  });

  test('a size far from what is usual, over restarts; once most are like it, it is usual', async () => {
    const memory = emptyMemory();
    const night = async (i: number, bytes: number) => {
      put(`${i}.dump`, bytes, (100 - i) * hourMs);
      return said(await probe('*.dump', { size_change: '50%' }, memory));
    };
    expect(await night(1, 10_000)).toBe('pass');
    expect(await night(2, 12_000)).toBe('pass');
    expect(await night(3, 11_000)).toBe('pass');
    const fail = (i: number, many: number) =>
      `fail file_size: found FOLDER/${i}.dump of 1.1 kB, expected 5.5 kB to 17 kB, by the ${many} files before it`;
    expect(await night(4, 1_100)).toBe(fail(4, 3));
    // Asked again, it is the same file, and no second witness for itself.
    expect(said(await probe('*.dump', { size_change: '50%' }, memory))).toBe(fail(4, 3));
    const later = [];
    for (let i = 5; i <= 9; i++) later.push((await night(i, 1_100)).split(' ', 1)[0]);
    expect(later).toEqual(['fail', 'fail', 'fail', 'pass', 'pass']);
    expect(memory.recall()?.length).toBeLessThan(3_000);
  });

  describe('a checksum', () => {
    const sum = (bytes: number, name: string) => createHash('sha256').update(Buffer.alloc(bytes, name)).digest('hex');
    const manifests: readonly { readonly name: string; readonly text: string; readonly is: RegExp }[] = [
      { name: 'as sha256sum writes it', text: `${sum(500, 'b.dump')}  b.dump\n`, is: /^pass$/ },
      {
        name: 'of a binary file, after others',
        text: `${sum(1, 'x')}  x\n${sum(500, 'b.dump')} *./b.dump\r\n`,
        is: /^pass$/,
      },
      { name: 'made in another folder', text: `${sum(500, 'b.dump').toUpperCase()}  /var/lib/b.dump\n`, is: /^pass$/ },
      {
        name: 'of other content',
        text: `${sum(500, 'x')}  b.dump\n`,
        is: /^fail file_checksum: found SHA-256 [0-9a-f]{16}…, expected SHA-256 [0-9a-f]{16}… as in FOLDER\/SUMS$/,
      },
      {
        name: 'of other files',
        text: `${sum(500, 'x')}  c.dump\n`,
        is: /^fail file_checksum: found no line for b.dump in FOLDER\/SUMS, expected a SHA-256 sum of it$/,
      },
    ];
    test.each(manifests)('$name', async ({ text, is }) => {
      put('b.dump', 500);
      writeFileSync(join(folder, 'SUMS'), text);
      expect(said(await probe('b.dump', { checksum: 'SUMS' }))).toMatch(is);
    });

    test('of a name that sha256sum itself has to escape', async () => {
      put('b\\n\n.dump', 500);
      const printed = execFileSync('sha256sum', ['b\\n\n.dump'], { cwd: folder });
      writeFileSync(join(folder, 'SUMS'), printed);
      expect(said(await probe('b?n?.dump', { checksum: 'SUMS' }))).toBe('pass');
    });

    test('each file may have a manifest of its own; without one it fails', async () => {
      put('b.dump', 500);
      const options = { checksum: '*.sha256' };
      expect(said(await probe('b.dump', options))).toBe(
        'fail file_checksum: found nothing at FOLDER/b.dump.sha256, expected a manifest of SHA-256 sums',
      );
      writeFileSync(join(folder, 'b.dump.sha256'), `${sum(500, 'b.dump')}  b.dump\n`);
      expect(said(await probe('b.dump', options))).toBe('pass');
    });

    test('a file that has not changed is not read again, and one that has is', async () => {
      const memory = emptyMemory();
      const read = async () => {
        const outcome = await probe('b.dump', { checksum: 'SUMS' }, memory);
        return [outcome.verdict, outcome.steps.at(-1)?.text.replaceAll(folder, 'FOLDER')];
      };
      put('b.dump', 500);
      writeFileSync(join(folder, 'SUMS'), `${sum(500, 'b.dump')}  b.dump\n`);
      expect(await read()).toEqual(['pass', 'SHA-256 as in FOLDER/SUMS']);
      expect(await read()).toEqual(['pass', 'SHA-256 as in FOLDER/SUMS; the file has not changed since it was read']);
      // Of the same size and time, but another file.
      put('c.dump', 500);
      renameSync(join(folder, 'c.dump'), join(folder, 'b.dump'));
      expect((await read())[0]).toBe('fail');
    });

    test('a file too large for one run is read on in the next, and stands in nobody’s way', async () => {
      const path = put('large', 0);
      truncateSync(path, 700_000_000);
      utimesSync(path, (now - hourMs) / 1_000, (now - hourMs) / 1_000);
      const zeros = execFileSync('sha256sum', [path]).toString();
      writeFileSync(join(folder, 'SUMS'), zeros);
      const memory = emptyMemory();
      const delay = monitorEventLoopDelay({ resolution: 5 });
      delay.enable();
      let first: Outcome | undefined;
      const took = await ownTime(async () => {
        first = await probe('large', { checksum: 'SUMS' }, memory, 250);
      });
      delay.disable();
      if (!first) throw new Error('no outcome');
      expect(said(first)).toBe('pass');
      expect(first.steps.at(-1)?.text).toMatch(
        /^SHA-256 not yet known: [\d.]+ \w+ of 700 MB read; it goes on, and the next run looks again$/,
      );
      expect(took).toBeLessThan(300);
      // What reading 64 MB in this thread would take.
      expect(delay.percentile(50) / 1e6).toBeLessThan(50);
      await expect
        .poll(async () => (await probe('large', { checksum: 'SUMS' }, memory, 250)).steps.at(-1)?.text, {
          timeout: 50_000,
        })
        .toContain('has not changed since it was read');
    });
  });

  test('a file that we may not read says nothing about the backup', async () => {
    put('b.dump', 500);
    writeFileSync(join(folder, 'SUMS'), `${'0'.repeat(64)}  b.dump\n`, { mode: 0o000 });
    await asNobody(async () => {
      expect(said(await probe('b.dump', { checksum: 'SUMS' }))).toBe(
        'inconclusive not_permitted: found no permission to look at FOLDER/SUMS, expected a file',
      );
    });
    mkdirSync(join(folder, 'closed'), { mode: 0o000 });
    await asNobody(async () => {
      for (const [path, seen] of [
        ['closed/b.dump', 'closed/b.dump'],
        ['closed/*.dump', 'closed'],
      ]) {
        expect(said(await probe(path ?? ''))).toBe(
          `inconclusive not_permitted: found no permission to look at FOLDER/${seen}, expected a file`,
        );
      }
    });
  });

  test('what was remembered by another version is begun anew', async () => {
    put('b.dump', 500);
    const memory = emptyMemory();
    memory.remember('{"sizes":[1,2,3]}');
    expect(said(await probe('b.dump', { size_change: '10%' }, memory))).toBe('pass');
    expect(JSON.parse(memory.recall() ?? '').files).toHaveLength(1);
  });
});

/** Root may read everything. */
async function asNobody(work: () => Promise<void>): Promise<void> {
  const isRoot = process.geteuid?.() === 0;
  execFileSync('chmod', ['755', folder]);
  if (isRoot) process.seteuid?.(65_534);
  try {
    await work();
  } finally {
    if (isRoot) process.seteuid?.(0);
  }
}
