import { join } from 'node:path';
import { cacheRoot } from './cache.ts';

const folder = join(cacheRoot(), 'up');

/** Where the developer's bench is, so that `bench:up` and `bench:down` find each other without a process id. */
export const places = {
  folder,
  kubeconfig: join(folder, 'kubeconfig'),
  /** Made by `bench:down`, looked for by `bench:up`. */
  stop: join(folder, 'stop'),
  lock: join(cacheRoot(), 'up.lock'),
  log: join(cacheRoot(), 'up.log'),
};
