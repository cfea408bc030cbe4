import { startBench } from './bench.ts';

const bench = await startBench();
process.stdout.write(`${bench.kubeconfig}\n`);
const alive = setInterval(() => {}, 1000);
const end = async () => {
  clearInterval(alive);
  await bench.stop();
};
process.on('SIGINT', end).on('SIGTERM', end);
