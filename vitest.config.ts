import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that storm as a user would, and say themselves that a measurement beside other work is not valid. */
const measuring = [
  'ci-templates',
  'comparing',
  'trouble',
  'quickstart',
  'passwords',
  'worker-lost',
  'other-drivers',
  'authorization',
].map((name) => `test/cli/${name}.test.ts`);

/** Every test that runs certstorm as a user would starts it anew: compiled code is kept between them. */
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url)) };

const shared = { env, pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    // One more than the two cores that it is meant for: many tests wait for a time limit or another process.
    maxWorkers: 3,
    projects: [
      {
        test: {
          ...shared,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: measuring,
          sequence: { groupOrder: 0 },
        },
      },
      // Last, and one by one.
      {
        test: {
          ...shared,
          name: 'runs',
          include: measuring,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
