import { join } from 'node:path';
import { afterAll, beforeEach, describe, inject, type RunnerTestSuite, test } from 'vitest';
import { keepEvidence } from './evidence.ts';
import { type Mesh, openMesh } from './mesh.ts';
import { type Followed, type FollowOptions, followReadme } from './readme.ts';
import { expectNoRejection } from './rejections.ts';

export { eventually } from './eventually.ts';

const shared = inject('mesh');

/**
 * The mesh of this worker, which runs one file after the other: each file begins with `mesh.clean()`. Files that run at the
 * same time have different ones.
 */
export const mesh: Mesh = 'folders' in shared ? openMesh(folderOfWorker(shared.folders)) : noMesh(shared.notRun);

function folderOfWorker(folders: readonly string[]): string {
  const worker = Number(process.env.VITEST_POOL_ID ?? 1); // 1, 2, …
  const folder = folders[worker - 1];
  if (folder === undefined) throw new Error(`worker ${worker} has no mesh: there are ${folders.length}`);
  return folder;
}

/**
 * `describe` for files named `*.mesh.test.ts`: skipped where there is no mesh. `meshOf` is for files with meshes of their own.
 */
export function scenario(title: string, tests: () => void, meshOf: () => Mesh = () => mesh): void {
  if ('notRun' in shared) {
    describe.skip(`${title} (NOT RUN: ${shared.notRun})`, tests);
    return;
  }
  describe(title, () => {
    const keep = async (what: string) => {
      if (meshOf() === undefined) return; // a mesh of the file's own that did not start
      process.stderr.write(`evidence of "${what}": ${await keepEvidence(meshOf())}\n`);
    };
    beforeEach(({ onTestFailed }) => {
      onTestFailed(({ task }) => keep(task.name));
    });
    tests();
    test('no proxy has refused what istiod has sent it', () => expectNoRejection(meshOf()));
    // registered last, so it runs before a hook of the file that stops its mesh
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from it which fixtures are asked for
    afterAll(async ({}, suite) => {
      for (const name of withFailedHook(suite)) await keep(`hooks of ${name}`);
    });
  });
}

/** A suite has errors of its own when a hook of it has failed; a failed test leaves its error with itself. */
function withFailedHook({ name, result, tasks }: Readonly<RunnerTestSuite>): string[] {
  const own = result?.errors?.length ? [name] : [];
  return [...own, ...tasks.flatMap((task) => (task.type === 'suite' ? withFailedHook(task) : []))];
}

/** The folder of an example: its spec is `federation.yaml`. */
export const exampleFolder = (name: string): string => join(import.meta.dirname, '..', '..', '..', 'examples', name);

/** A clean mesh in which the commands of the example's README have been given. Yields what came of them. */
export async function stageExample(name: string, options?: FollowOptions): Promise<Followed[]> {
  await mesh.clean();
  const followed = await followReadme(mesh, exampleFolder(name), options);
  await Promise.all(mesh.names.map((cluster) => waitForAll(cluster)));
  return followed;
}

/** Until all workloads of a cluster are as their specs say. */
export async function waitForAll(cluster: string): Promise<void> {
  await mesh.waitReady(cluster, ...(await namespacesOf(cluster)));
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
