import { buildBench } from './build.ts';
import { CannotRun, prepareMachine } from './mesh/requirements.ts';
import { buildMeshTools } from './mesh/tools.ts';
import { printProgress } from './progress.ts';

/**
 * `npm run bench:build`: all that the tests of clusters and meshes need, built, fetched and installed. The first time on a machine it
 * takes 11 minutes on two cores, later a second.
 */
const onProgress = printProgress();
await buildBench({ onProgress });
try {
  await prepareMachine((text) => process.stderr.write(`${text}\n`));
  await buildMeshTools(onProgress);
} catch (error) {
  if (!(error instanceof CannotRun)) throw error;
  process.stderr.write(`no meshes on this machine: ${error.message}\n`);
}
