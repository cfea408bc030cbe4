import { test as base, inject } from 'vitest';
import { accessCluster, type ClusterAccess } from './access.ts';
import { type DefaultName, startBench } from './bench.ts';
import { createNamespaces } from './namespaces.ts';

/** The bench of the whole run. Its API servers can't be stopped from here: other tests use them at the same time. */
interface SharedBench {
  readonly kubeconfig: string;
  /** Path of a kubectl of the same version. */
  readonly kubectl: string;
  readonly clusters: Readonly<Record<DefaultName, ClusterAccess>>;
}

/**
 * `test` for files named `*.cluster.test.ts`:
 *
 * - `bench`: the bench that all tests of the run share;
 * - `namespaces('shop', 'data')`: new namespaces in both of its clusters, gone after the test; yields their names;
 * - `third`: a bench with cluster-c alone, for this file, to stand beside the shared one;
 * - `ownBench`: a bench for this file alone, started by the first test that asks for it, to stop and freeze.
 */
export const test = base
  .extend('bench', { scope: 'file' }, (): SharedBench => {
    const { kubectl, kubeconfig } = inject('bench');
    const access = (context: DefaultName) => accessCluster({ kubectl, kubeconfig, context });
    return { kubeconfig, kubectl, clusters: { 'cluster-a': access('cluster-a'), 'cluster-b': access('cluster-b') } };
  })
  .extend('namespaces', ({ bench }, { onCleanup }) => {
    const cleanups: (() => Promise<void>)[] = [];
    onCleanup(async () => {
      await Promise.all(cleanups.map((cleanup) => cleanup()));
    });
    return async <Name extends string>(...names: Name[]): Promise<Record<Name, string>> => {
      const { unique, remove } = await createNamespaces(Object.values(bench.clusters), names);
      cleanups.push(remove);
      return unique;
    };
  })
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to know what is needed
  .extend('third', { scope: 'file' }, async ({}, { onCleanup }) => {
    const third = await startBench({ clusters: ['cluster-c'] });
    onCleanup(() => third.stop());
    return third;
  })
  // biome-ignore lint/correctness/noEmptyPattern: vitest reads the pattern to know what is needed
  .extend('ownBench', { scope: 'file' }, async ({}, { onCleanup }) => {
    const bench = await startBench();
    onCleanup(() => bench.stop());
    return bench;
  });
