/** A date that stands in a text or is put together from numbers, or one that `ManualClock` begins with. */
const written =
  /\b20[2-9]\d-[01]\d-[0-3]\d(?!\d)|\bDate\.UTC\(\s*20\d\d|\bnew Date\(20\d\d|\bnew ManualClock\(\)|\b1[6-9]\d{8}(?:\d{3}|_000)?\b/;

/** The machine's own clock: by name, or in a process that the test starts. */
const real = [
  { name: 'Date.now()', pattern: /\bDate\.now\(/ },
  { name: 'new Date()', pattern: /\bnew Date\(\s*\)/ },
  { name: 'systemClock', pattern: /\bsystemClock\b/ },
  { name: 'Temporal.Now', pattern: /\bTemporal\.Now\b/ },
  { name: 'a process (startWatchpost)', pattern: /\bstartWatchpost\(/ },
];

/**
 * What in a test file would fail on another day: a written date held against the machine's clock.
 * @returns the written date with each use of the clock, in words; empty where one of the two is missing
 */
export function datedByTheClock(source: string): readonly string[] {
  const date = written.exec(source)?.[0];
  if (date === undefined) return [];
  return real.filter(({ pattern }) => pattern.test(source)).map(({ name }) => `${date} beside ${name}`);
}
