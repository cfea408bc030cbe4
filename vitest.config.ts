import { defineConfig } from 'vitest/config';

/**
 * Two projects: `unit` needs nothing but Node, `cluster` shares one test bench (docs/testing.md), which is started only when a
 * file of that project runs.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/**/*.cluster.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          globalSetup: ['test/support/build.ts', 'test/bench/global-setup.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
