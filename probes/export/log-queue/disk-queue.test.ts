import { appendFile, mkdtempDisposable, readdir, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DiskQueue } from './disk-queue.ts';

const limits = { records: 4, bytes: 1_000 };

function open(folder: string, own: Partial<ConstructorParameters<typeof DiskQueue>[0]> = {}) {
  const said: string[] = [];
  const dropped = { records: 0 };
  const queue = new DiskQueue({
    folder,
    mostBytes: 10_000,
    segmentBytes: 100,
    mostHeld: { records: 5, bytes: 1_000 },
    dropped: (records) => {
      dropped.records += records;
    },
    say: (level, message) => said.push(`${level} ${message}`),
    nowMs: () => 0,
    ...own,
  });
  return { queue, said, dropped };
}

/** All that is left, in order. */
function drain(queue: DiskQueue): readonly string[] {
  const all: string[] = [];
  for (let lines = queue.first(limits); lines.length > 0; lines = queue.first(limits)) {
    all.push(...lines);
    queue.remove(lines.length);
  }
  return all;
}

const lines = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => `line ${from + i} ä`);
const files = async (folder: string) => (await readdir(folder)).filter((name) => name.endsWith('.jsonl')).length;

describe('a queue on disk', () => {
  test('gives what was put in, in order, over many files, and leaves none behind', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'queue-'));
    const { queue } = open(folder.path);
    using _open = queue;
    for (const line of lines(0, 100)) queue.append(line);
    expect(await files(folder.path)).toBeGreaterThan(5);
    expect(queue.waiting.records).toBe(100);
    expect(queue.first(limits)).toEqual(lines(0, 4));
    expect(queue.first({ records: 100, bytes: 25 })).toEqual(lines(0, 2));
    expect(queue.first({ records: 100, bytes: 1 })).toEqual(lines(0, 1));
    expect(drain(queue)).toEqual(lines(0, 100));
    expect(queue.waiting).toEqual({ records: 0, bytes: 0 });
    expect(await files(folder.path)).toBe(0);
  });

  test('knows after a restart what is left, and how far it was', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'queue-'));
    for (const round of [0, 1, 2]) {
      const { queue } = open(folder.path);
      for (const line of lines(100 * round, 100 * (round + 1))) queue.append(line);
      // Not the end of a file: the oldest is begun and not done.
      for (let left = 90; left > 0; ) {
        const given = queue.first({ records: Math.min(3, left), bytes: 1_000 });
        queue.remove(given.length);
        left -= given.length;
      }
      queue[Symbol.dispose]();
    }
    {
      using queue = open(folder.path).queue;
      expect(queue.waiting.records).toBe(30);
      expect(drain(queue)).toEqual(lines(270, 300));
      // A new file does not take the name of one that is done.
      for (const line of ['one', 'two']) queue.append(line);
    }
    using again = open(folder.path).queue;
    expect(drain(again)).toEqual(['one', 'two']);
  });

  test('loses half a line that was being written when the process died, and no other', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'queue-'));
    const { queue } = open(folder.path, { segmentBytes: 1_000 });
    for (const line of lines(0, 3)) queue.append(line);
    queue[Symbol.dispose]();
    await appendFile(join(folder.path, '000000000001.jsonl'), 'half of a li');
    const { queue: again } = open(folder.path, { segmentBytes: 1_000 });
    using _open = again;
    again.append('next');
    expect(drain(again)).toEqual([...lines(0, 3), 'next']);
  });

  test('of too much drops the oldest file, and counts what was in it', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'queue-'));
    const { queue, dropped } = open(folder.path, { mostBytes: 500 });
    using _open = queue;
    queue.append('first');
    const given = queue.first(limits);
    for (const line of lines(0, 200)) queue.append(line);
    // What was given is dropped by now: to take it away takes nothing else.
    queue.remove(given.length);
    const left = drain(queue);
    expect(left).toEqual(lines(200 - left.length, 200));
    expect(dropped.records).toBe(201 - left.length);
    expect(left.length * 11).toBeLessThan(500);
  });

  test('goes on in memory while the disk takes nothing, in order, and says so once', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'queue-'));
    const now = { ms: 0 };
    const { queue, said, dropped } = open(join(folder.path, 'below'), { nowMs: () => now.ms });
    using _open = queue;
    for (const line of lines(0, 9)) queue.append(line);
    // The next file cannot be made where there is no folder.
    await folder.remove();
    for (const line of lines(9, 12)) queue.append(line);
    expect(said).toEqual([
      expect.stringMatching(/^error log records cannot be written to disk, and wait in memory: ENOENT/),
    ]);
    now.ms = 10_000;
    queue.append('line 12 ä');
    expect(queue.waiting.records).toBe(13);
    expect(said).toHaveLength(1);
    expect(drain(queue)).toEqual(lines(0, 13));
    expect(dropped.records).toBe(0);
  });

  test('counts what it cannot read as lost, and goes on with the next file', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'queue-'));
    const { queue, said, dropped } = open(folder.path);
    using _open = queue;
    for (const line of lines(0, 20)) queue.append(line);
    await truncate(join(folder.path, '000000000001.jsonl'), 0);
    const left = drain(queue);
    expect(left).toEqual(lines(20 - left.length, 20));
    expect(dropped.records).toBe(20 - left.length);
    expect(said[0]).toMatch(/are lost: .* is shorter than what was written to it/);
  });
});
