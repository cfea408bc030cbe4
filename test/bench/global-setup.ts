import type { TestProject } from 'vitest/node';
import { startBench } from './bench.ts';
import { printProgress } from './progress.ts';

/** One bench for all files of a run; vitest calls this only when one of them runs. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { kubectl, kubeconfig, stop } = await startBench({ onProgress: printProgress() });
  project.provide('bench', { kubectl, kubeconfig });
  return stop;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Paths: all that a test's own process needs to get in. */
    bench: { readonly kubectl: string; readonly kubeconfig: string };
  }
}
