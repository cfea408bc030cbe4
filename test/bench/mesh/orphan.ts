/** A process that starts a mesh and is killed by its test: nobody is left to stop anything. */
import { startMesh } from './start.ts';

const { folder } = await startMesh({ clusters: ['cluster-a'] });
process.stdout.write(`${folder}\n`);
setInterval(() => {}, 1000);
