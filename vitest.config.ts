import { defineConfig } from 'vitest/config';

const shared = { pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      // Two files at once is what two cores bear.
      {
        test: {
          ...shared,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: ['test/cli/**'],
          sequence: { groupOrder: 0 },
        },
      },
      // These measure for real, and say themselves that a measurement beside other work is not valid: they come last, one by one.
      {
        test: {
          ...shared,
          name: 'runs',
          include: ['test/cli/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
