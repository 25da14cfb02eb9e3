import { defineConfig } from 'vitest/config';

// Tests start real brokers and real storms; two files at once is what two cores bear without one starving the other.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
