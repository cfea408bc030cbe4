/** A process that starts a bench and is killed by its test: nobody is left to stop anything. */
import { startBench } from './bench.ts';

const { kubeconfig, clusters } = await startBench({ clusters: ['cluster-a', 'cluster-b'] });
clusters['cluster-b'].freeze(); // a frozen server can't see that its parent is gone
const pids = Object.values(clusters).flatMap((cluster) => cluster.pids());
process.stdout.write(`${JSON.stringify({ kubeconfig, pids })}\n`);
setInterval(() => {}, 1000);
