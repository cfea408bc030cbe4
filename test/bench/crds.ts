import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import * as z from 'zod';
import { runGo } from './go.ts';

const source = join(import.meta.dirname, 'crds');

/** The folder whose go.mod and go.sum pin the definitions. */
export const crdPins = source;

/** The custom resource definitions of Istio and cert-manager, from their modules. */
export async function downloadCrds(): Promise<Crd[]> {
  const [istio, certManager] = await Promise.all([
    download('istio.io/istio'),
    download('github.com/cert-manager/cert-manager'),
  ]);
  const paths = [
    join(istio, 'manifests', 'charts', 'base', 'files', 'crd-all.gen.yaml'),
    ...(await yamlFiles(join(certManager, 'deploy', 'crds'))),
  ];
  const texts = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
  return z.array(crdSchema).parse(texts.flatMap((text) => loadAll(text)));
}

/** Only what the bench looks at; the rest of a definition passes through as it is. */
export const crdSchema = z.looseObject({
  apiVersion: z.literal('apiextensions.k8s.io/v1'),
  kind: z.literal('CustomResourceDefinition'),
  metadata: z.looseObject({ name: z.string() }),
  spec: z.looseObject({
    group: z.string(),
    names: z.looseObject({ plural: z.string() }),
    versions: z.array(z.looseObject({ name: z.string(), served: z.boolean() })),
  }),
  status: z
    .looseObject({ conditions: z.array(z.looseObject({ type: z.string(), status: z.string() })).default([]) })
    .optional(),
});
export type Crd = z.infer<typeof crdSchema>;

/** The folder of a module's files, checked against go.sum. Nothing is compiled. */
async function download(module: string): Promise<string> {
  const answer = await runGo(['mod', 'download', '-json', module], { cwd: source });
  return z.object({ Dir: z.string() }).parse(JSON.parse(answer)).Dir;
}

async function yamlFiles(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => name.endsWith('.yaml'))
    .sort()
    .map((name) => join(folder, name));
}
