import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/** The files that make the kubeconfig, in the order that counts: the given one, else those of KUBECONFIG, else kubectl's default. */
export function kubeconfigFiles(path: string | undefined, env: NodeJS.ProcessEnv): string[] {
  if (path !== undefined) return [resolve(path)];
  const listed = env.KUBECONFIG?.split(delimiter).filter((name) => name !== '');
  const wanted = env.KUBECONFIG && listed ? listed : [join(env.HOME || homedir(), '.kube', 'config')];
  const found = [...new Set(wanted.map((name) => resolve(name)))].filter((name) => existsSync(name));
  if (found.length > 0) return found;
  throw new UsageError(
    `There is no kubeconfig: looked for ${wanted.join(', ') || 'nothing (KUBECONFIG names no file)'}.`,
    'Name one with --kubeconfig FILE or the environment variable KUBECONFIG.',
  );
}
