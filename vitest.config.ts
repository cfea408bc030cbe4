import { defineConfig } from 'vitest/config';

/**
 * Three projects: `unit` needs nothing but Node, `cluster` shares one test bench and `mesh` one pair of real meshes
 * (docs/testing.md); each is started only when a file of its project runs.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/**/*.cluster.test.ts', 'test/**/*.mesh.test.ts'],
          globalSetup: ['test/support/build.ts'],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          globalSetup: ['test/support/build.ts', 'test/bench/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          name: 'mesh',
          include: ['test/**/*.mesh.test.ts'],
          globalSetup: ['test/support/build.ts', 'test/bench/mesh/global-setup.ts'],
          fileParallelism: false, // the files share one mesh
          sequence: { groupOrder: 1 }, // after the others, which need the processors
          testTimeout: 120_000,
          hookTimeout: 240_000,
        },
      },
    ],
  },
});
