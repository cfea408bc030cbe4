import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { describe, inject } from 'vitest';
import { type Mesh, openMesh } from './mesh.ts';

export { eventually } from './eventually.ts';

const shared = inject('mesh');

/** The mesh of the whole run. The files use it one after the other; each begins with `mesh.clean()`. */
export const mesh: Mesh = 'folder' in shared ? openMesh(shared.folder) : noMesh(shared.notRun);

/** `describe` for files named `*.mesh.test.ts`: skipped where there is no mesh. */
export function scenario(title: string, tests: () => void): void {
  if ('folder' in shared) describe(title, tests);
  else describe.skip(`${title} (NOT RUN: ${shared.notRun})`, tests);
}

/** The folder of an example: its spec is `federation.yaml`. */
export const exampleFolder = (name: string): string => join(import.meta.dirname, '..', '..', '..', 'examples', name);

/**
 * A clean mesh with the workloads of an example, its spec applied, and the callers restarted, as the plan asks for: the
 * proxies of new pods read the ProxyConfig objects.
 */
export async function stageExample(name: string, { restart }: { restart: Restart }): Promise<void> {
  await mesh.clean();
  await applyWorkloads(name);
  await applySpec(join(exampleFolder(name), 'federation.yaml'));
  await Promise.all(
    Object.entries(restart).flatMap(([cluster, namespaces]) =>
      Object.entries(namespaces).map(([namespace, apps]) => mesh.restart(cluster, namespace, ...apps)),
    ),
  );
}

/** `{ 'cluster-a': { shop: ['frontend'] } }`: Deployments by cluster and namespace. */
export type Restart = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** Of each cluster, and waits until they are ready. */
export async function applyWorkloads(name: string): Promise<void> {
  const folder = join(exampleFolder(name), 'workloads');
  await Promise.all(
    (await readdir(folder)).map(async (file) => {
      const cluster = basename(file, '.yaml');
      await mesh.apply(join(folder, file), cluster);
      await mesh.waitReady(cluster, ...(await namespacesOf(cluster)));
    }),
  );
}

/** By the built command line tool. Throws with what it says when it does not end with 0. */
export async function applySpec(file: string, ...more: string[]): Promise<string> {
  const contexts = mesh.names.slice(0, 2).flatMap((name, index) => [`--cluster-${'ab'[index]}`, name]);
  const { code, stdout, stderr } = await mesh.cli(['apply', '-f', file, ...contexts, ...more]);
  if (code !== 0) throw new Error(`aegis-xc apply ended with ${code}\n${stdout}\n${stderr}`);
  return stdout;
}

async function namespacesOf(cluster: string): Promise<string[]> {
  const names = await mesh.kubectl(cluster, ['get', 'namespaces', '-o', 'jsonpath={.items[*].metadata.name}']);
  return names.split(' ').filter((name) => !name.startsWith('kube-'));
}

/** What is used without a mesh, in a test that should have been skipped. */
function noMesh(reason: string): Mesh {
  const refuse = () => {
    throw new Error(`there is no mesh: ${reason}`);
  };
  return new Proxy({}, { get: refuse }) as Mesh; // no part of it is ever reached
}
