import type { z } from 'zod';
import { sayDuration } from '../../../stack/duration.ts';
import { Failure } from '../../net/failure.ts';
import { masksFor } from '../mask.ts';
import type { Prober } from '../prober.ts';
import { Recorder } from '../recorder.ts';
import { sayBytes } from './bytes.ts';
import { expectChecksum } from './checksum.ts';
import { Files, type Found } from './files.ts';
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
      const found = await files.newest(path, now - options.settled_for, run);
      const age = now - found.writtenAt;
      recorder.step(`${found.path} of ${sayBytes(found.size)}, written ${sayDuration(Math.max(0, age))} ago`);
      recorder.sample('probe_file_mtime_timestamp_seconds', found.writtenAt / 1_000);
      recorder.sample('probe_file_size_bytes', found.size);
      recorder.trait('file', found.path);
      recorder.trait('size', sayBytes(found.size));
      expectAge(found, age, options);
      if (age < options.settled_for) {
        recorder.step('it may still be written, so its size and its checksum are not looked at yet');
        return recorder.pass();
      }
      const before = remembered;
      remembered = withFile(remembered, found);
      expectSize(found, options, before);
      if (options.checksum !== undefined) {
        remembered = await expectChecksum(found, options.checksum, files, remembered, run, recorder);
      }
      return recorder.pass();
    } catch (error) {
      return recorder.failed(error);
    } finally {
      remember(run.memory, remembered);
    }
  },
} satisfies Prober<typeof fileValue, typeof fileOptions>;

function expectAge({ path }: Found, age: number, { max_age: most }: Options): void {
  if (most === undefined || age <= most) return;
  throw new Failure(
    'file_old',
    `${path} written ${sayDuration(age)} ago`,
    `a file written within ${sayDuration(most)}`,
  );
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
