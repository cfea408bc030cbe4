import { availableParallelism, totalmem } from 'node:os';
import { defineConfig } from 'vitest/config';

const processors = availableParallelism();
/** Each worker has a pair of meshes, 2 GB; some files start others beside it. */
const meshes = Math.max(1, Math.min(processors, Math.floor(totalmem() / 4e9)));

/**
 * Three projects: `unit` needs nothing but Node, `cluster` shares one test bench and `mesh` a pair of real meshes per worker
 * (docs/testing.md); each is started only when a file of its project runs. A worker for each processor, where vitest
 * itself would leave one processor out; tests of meshes wait for most of their time.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: ['**/node_modules/**', 'test/**/*.cluster.test.ts', 'test/**/*.mesh.test.ts'],
          globalSetup: ['test/support/build.ts', 'test/support/shells.ts'],
          testTimeout: 20_000,
          maxWorkers: processors,
        },
      },
      {
        test: {
          name: 'cluster',
          include: ['test/**/*.cluster.test.ts'],
          globalSetup: ['test/support/build.ts', 'test/bench/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          maxWorkers: processors + 1, // a fifth of the time is waiting, for locks and servers that say nothing
        },
      },
      {
        test: {
          name: 'mesh',
          include: ['test/**/*.mesh.test.ts'],
          globalSetup: ['test/support/build.ts', 'test/bench/mesh/global-setup.ts'],
          testTimeout: 120_000,
          hookTimeout: 240_000,
          maxWorkers: meshes,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
