import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** Files that storm as a user would, and say themselves that a measurement beside other work is not valid. */
const measuring = [
  'test/cli/ci-templates.test.ts',
  'test/cli/comparing.test.ts',
  'test/cli/trouble.test.ts',
  'test/cli/quickstart.test.ts',
  'test/cli/passwords.test.ts',
  'test/cli/worker-lost.test.ts',
  'test/cli/other-drivers.test.ts',
  'test/cli/other-brokers.test.ts',
  'test/cli/authorization.test.ts',
  'test/cli/flood.test.ts',
  'test/cli/ladder.test.ts',
  'test/cli/slow-attackers.test.ts',
  'test/cli/rude.test.ts',
  // Holds the CPU of one thing against that of another.
  'test/broker/connect-auth.test.ts',
];

/** Packs the project and installs it into an empty folder with all that it needs: `npm run test:package`, a step of its own in `.ci/run`. */
const packaging = 'test/cli/package.test.ts';

/** Pages in Chromium, a minute of one core: `npm run test:browser`, a step of its own in `.ci/run`. */
const pages = ['test/report/browser.test.ts', 'test/cli/live.test.ts'];

/** Brokers that take ten seconds to start, where they are installed: `npm run test:brokers`. */
const slowBrokers = ['test/targets/hivemq.test.ts', 'test/targets/rabbitmq.test.ts'];

/** Every test that runs certstorm as a user would starts it anew: compiled code is kept between them. */
const env = { NODE_COMPILE_CACHE: fileURLToPath(new URL('node_modules/.cache/compile', import.meta.url)) };

const shared = { env, pool: 'forks', testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    // Two for each of the two cores that it is meant for: many tests wait for a time limit or another process.
    maxWorkers: 4,
    projects: [
      {
        test: {
          ...shared,
          name: 'rooms',
          include: ['test/**/*.test.ts'],
          exclude: [...measuring, ...pages, ...slowBrokers, packaging],
          sequence: { groupOrder: 0 },
        },
      },
      // Last, and at most two at once: each storms at a rate that takes a part of one core.
      {
        test: {
          ...shared,
          name: 'runs',
          include: measuring,
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: { ...shared, name: 'brokers', include: slowBrokers, sequence: { groupOrder: 2 } },
      },
      // One at a time: a browser that draws leaves a run beside it no core to be valid on.
      {
        test: { ...shared, name: 'browser', include: pages, maxWorkers: 1, sequence: { groupOrder: 4 } },
      },
      {
        test: { ...shared, name: 'package', include: [packaging], sequence: { groupOrder: 3 } },
      },
    ],
  },
});
