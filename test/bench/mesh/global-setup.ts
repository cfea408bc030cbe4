import type { TestProject } from 'vitest/node';
import { printProgress } from '../progress.ts';
import { CannotRun } from './requirements.ts';
import { startMesh } from './start.ts';

/**
 * One mesh for all files of a run. Where the machine can't carry one, the tests are skipped and the run says so; with CI
 * set it fails, for there a tier that silently doesn't run is worse than none.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const mesh = await startMesh({ onProgress: printProgress(), onStep: printStep });
    project.provide('mesh', { folder: mesh.folder });
    return () => mesh.stop();
  } catch (error) {
    if (!(error instanceof CannotRun) || process.env.CI) throw error;
    process.stderr.write(`\nNOT RUN: the tests of real meshes, because ${error.message}\n\n`);
    project.provide('mesh', { notRun: error.message });
    return async () => {};
  }
}

function printStep(step: string, seconds: number): void {
  process.stderr.write(`meshes ${seconds.toFixed(1).padStart(6)} s  ${step}\n`);
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where its files are, or why there is none. */
    mesh: { readonly folder: string } | { readonly notRun: string };
  }
}
