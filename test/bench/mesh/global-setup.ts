import type { TestProject } from 'vitest/node';
import { sayNotRun } from '../../support/not-run.ts';
import { printProgress } from '../progress.ts';
import { CannotRun } from './requirements.ts';
import { type OwnMesh, startMesh } from './start.ts';

/**
 * A mesh for each worker of a run, so that files can run at the same time. Where the machine can't carry one, the tests are skipped and the run says so; with CI
 * set it fails, for there a tier that silently doesn't run is worse than none.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  try {
    const meshes = await startMeshes(countWorkers(project));
    project.provide('mesh', { folders: meshes.map(({ folder }) => folder) });
    return async () => {
      await Promise.all(meshes.map((mesh) => mesh.stop()));
    };
  } catch (error) {
    if (!(error instanceof CannotRun) || process.env.CI) throw error;
    sayNotRun('the tests of real meshes', error.message);
    project.provide('mesh', { notRun: error.message });
    return async () => {};
  }
}

/** No more than there are files to run. */
function countWorkers({ config, vitest }: TestProject): number {
  const files = vitest.state.getPaths().filter((path) => path.endsWith('.mesh.test.ts'));
  return Math.min(Number(config.maxWorkers ?? 1), Math.max(files.length, 1));
}

/** One after the other: a start takes all processors. */
async function startMeshes(count: number): Promise<OwnMesh[]> {
  const meshes: OwnMesh[] = [];
  try {
    while (meshes.length < count) meshes.push(await startMesh({ onProgress: printProgress(), onStep: printStep }));
    return meshes;
  } catch (error) {
    await Promise.all(meshes.map((mesh) => mesh.stop()));
    throw error;
  }
}

function printStep(step: string, seconds: number): void {
  process.stderr.write(`meshes ${seconds.toFixed(1).padStart(6)} s  ${step}\n`);
}

declare module 'vitest' {
  interface ProvidedContext {
    /** Where the files of each are, or why there is none. */
    mesh: { readonly folders: readonly string[] } | { readonly notRun: string };
  }
}
