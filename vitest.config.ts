import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/support/longest-first.ts';

const everywhere = {
  include: ['**/*.test.ts'],
  exclude: ['**/node_modules/**', '.watchpost/**', 'test/stack/**', 'test/faults/**'],
  setupFiles: ['test/support/moved-date.ts'],
};

/** `npm run test:faults`: they take an hour, so they are no part of `npm test`. */
const faults = {
  test: {
    name: 'faults',
    include: ['test/faults/**/*.test.ts'],
    testTimeout: 3_600_000,
    hookTimeout: 600_000,
    // One after the other: they measure seconds.
    maxWorkers: 1,
    sequence: { groupOrder: 3 },
  },
};

/** What README promises in seconds, to somebody whose machine does nothing else meanwhile. */
const alone = 'test/stack/newcomer.test.ts';

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    projects: [
      { test: { name: 'unit', ...everywhere, testTimeout: 60_000, maxWorkers: 3, sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'stack',
          include: ['test/stack/**/*.test.ts'],
          exclude: [alone],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          // They wait for seconds to pass, not for the processor.
          maxWorkers: 8,
          // After the unit tests, some of which look at milliseconds.
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'alone',
          include: [alone],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
      ...(process.env.WATCHPOST_FAULTS === undefined ? [] : [faults]),
    ],
  },
});
