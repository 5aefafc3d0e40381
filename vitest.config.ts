import { defineConfig } from 'vitest/config';

const everywhere = { include: ['**/*.test.ts'], exclude: ['**/node_modules/**', '.watchpost/**', 'test/stack/**'] };

export default defineConfig({
  test: {
    projects: [
      { test: { name: 'unit', ...everywhere, testTimeout: 15_000, maxWorkers: 3, sequence: { groupOrder: 0 } } },
      {
        test: {
          name: 'stack',
          include: ['test/stack/**/*.test.ts'],
          testTimeout: 180_000,
          hookTimeout: 600_000,
          // They wait for seconds to pass, not for the processor.
          maxWorkers: 5,
          // After the unit tests, some of which look at milliseconds.
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
