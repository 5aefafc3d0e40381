import { expect, test } from 'vitest';
import { read, sourceFiles } from './source-files.ts';
import { datedByTheClock } from './written-dates.ts';

test('no test file holds a written date against the clock of the machine', async () => {
  const self = 'test/rules/written-dates.test.ts';
  const files = (await sourceFiles(/\.test\.ts$/)).filter((path) => path !== self);
  expect(files.length).toBeGreaterThan(100);
  expect(files.flatMap((path) => datedByTheClock(read(path)).map((fault) => `${path}: ${fault}`))).toEqual([]);
});

// The first is what made `npm test` fail on 2026-11-30.
test.each([
  {
    name: 'a record of a given day in a queue with the clock of the machine',
    source: 'const record = { at: Date.UTC(2026, 10, 23) }; startOtlpSink({ clock: systemClock });',
    faults: ['Date.UTC(2026 beside systemClock'],
  },
  {
    name: 'a text and the present time',
    source: "expect(Date.now() - Date.parse('2026-11-23T03:00:00Z'));",
    faults: ['2026-11-23 beside Date.now()'],
  },
  {
    name: 'a clock turned by hand and a process',
    source: 'const clock = new ManualClock(); await startWatchpost([]); new Date();',
    faults: ['new ManualClock() beside new Date()', 'new ManualClock() beside a process (startWatchpost)'],
  },
  { name: 'Unix seconds', source: 'sample(1763866800, new Date())', faults: ['1763866800 beside new Date()'] },
  { name: 'the present time alone', source: 'const now = Date.now();', faults: [] },
  { name: 'a written date alone', source: "new Date('2026-11-23')", faults: [] },
  { name: 'a version that looks like a date', source: "const version = '2026.11'; Date.now();", faults: [] },
])('the rule finds $name', ({ source, faults }) => {
  expect(datedByTheClock(source)).toEqual(faults);
});
