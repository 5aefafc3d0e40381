import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { Failure } from '../../net/failure.ts';
import { masksFor } from '../mask.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { sayBytes } from './bytes.ts';
import { expectChecksum } from './checksum.ts';
import { Files, type Found, mostAheadMs } from './files.ts';
import { fileOptions, fileValue } from './options.ts';
import { others, type Remembered, recall, remember, withFile } from './remembered.ts';

type Options = z.output<typeof fileOptions>;

/** Only what is running: calls that a file system has not answered yet. */
const files = new Files();

export const file = {
  kind: 'file' as const,
  atOnePlace: true,
  awaitsMs: (_, { max_age }) => max_age ?? 0,
  describe: 'Looks at a file, such as a backup: its age, its size also beside those before it, and its checksum.',
  value: fileValue,
  options: fileOptions,
  metrics: ['probe_file_mtime_timestamp_seconds', 'probe_file_size_bytes'],
  target: (path) => path,
  endpoints: () => [],
  misfits: (_, { min_size: least = 0, max_size: most = Number.POSITIVE_INFINITY }) =>
    least > most
      ? [{ path: ['min_size'], message: 'min_size is greater than max_size', hint: 'no file can be both' }]
      : [],
  async probe(path, options, run) {
    const recorder = new Recorder(masksFor([], run, options));
    let remembered = recall(run.memory);
    try {
      const now = run.now();
      const found = await files.newest(path, now, options.settled_for, run);
      const { aheadMs, ageMs } = ageOf(found, now);
      const written = aheadMs === 0 ? `written ${sayDuration(ageMs)} ago` : dated(found);
      recorder.step(`${found.path} of ${sayBytes(found.size)}, ${written}`);
      recorder.sample('probe_file_mtime_timestamp_seconds', found.writtenAt / 1_000);
      recorder.sample('probe_file_size_bytes', found.size);
      recorder.trait('file', found.path);
      recorder.trait('size', sayBytes(found.size));
      const faults: Failure[] = [];
      await collect(faults, () => expectAge(found, aheadMs, ageMs, options));
      if (aheadMs === 0 && ageMs < options.settled_for) {
        recorder.step('it may still be written, so its size and its checksum are not looked at yet');
      } else {
        const before = remembered;
        remembered = withFile(remembered, found);
        await collect(faults, () => expectSize(found, options, before));
        const { checksum } = options;
        if (checksum !== undefined) {
          await collect(faults, async () => {
            remembered = await expectChecksum(found, checksum, files, remembered, run, recorder);
          });
        }
      }
      const [first, ...others] = faults;
      for (const fault of others) recorder.step(`also found ${fault.found}, expected ${fault.expected}`);
      if (first) throw first;
      return recorder.pass();
    } catch (error) {
      return recorder.failed(error);
    } finally {
      remember(run.memory, remembered);
    }
  },
} satisfies Prober<typeof fileValue, typeof fileOptions>;

/** Adds what the check throws as a fault of the file: each of its demands is looked at, whatever came of the others. */
async function collect(faults: Failure[], check: () => void | Promise<void>): Promise<void> {
  try {
    await check();
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    faults.push(error);
  }
}

/** A file that is dated a little ahead is one of now: the clocks of hosts differ. `aheadMs` is 0 then. */
function ageOf({ writtenAt }: Found, now: number): { readonly aheadMs: number; readonly ageMs: number } {
  const aheadMs = writtenAt - now;
  return { aheadMs: aheadMs > mostAheadMs ? aheadMs : 0, ageMs: Math.max(0, -aheadMs) };
}

function dated({ writtenAt }: Found): string {
  return `dated ${new Date(writtenAt).toISOString().slice(0, 10)}, which is to come`;
}

function expectAge(found: Found, aheadMs: number, ageMs: number, { max_age: most }: Options): void {
  const expected = most === undefined ? 'a file written by now' : `a file written within ${sayDuration(most)}`;
  if (aheadMs > 0) throw new Failure('file_old', `${found.path} ${dated(found)}`, expected);
  if (most === undefined || ageMs <= most) return;
  throw new Failure('file_old', `${found.path} written ${sayDuration(ageMs)} ago`, expected);
}

function expectSize(found: Found, options: Options, before: Remembered): void {
  const { min_size: least, max_size: most, size_change: change } = options;
  const size = sayBytes(found.size);
  if (least !== undefined && found.size < least) {
    throw new Failure('file_size', `${found.path} of ${size}`, `at least ${sayBytes(least)}`);
  }
  if (most !== undefined && found.size > most) {
    throw new Failure('file_size', `${found.path} of ${size}`, `at most ${sayBytes(most)}`);
  }
  const sizes = others(before, found).map((other) => other.size);
  if (change === undefined || sizes.length === 0) return;
  const usual = median(sizes);
  if (Math.abs(found.size - usual) <= usual * change) return;
  const [from, to] = [1 - change, 1 + change].map((part) => sayBytes(Math.max(0, part) * usual));
  const many = sizes.length === 1 ? 'the file before it' : `the ${sizes.length} files before it`;
  throw new Failure('file_size', `${found.path} of ${size}`, `${from} to ${to}, by ${many}`);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = 0, high = 0] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
