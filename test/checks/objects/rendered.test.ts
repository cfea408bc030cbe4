import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { checkObjects } from '../../../src/checks/objects/run.ts';
import { objectSetOf, type SourcedObject } from '../../../src/objects/object-set.ts';
import { readObjects } from '../../../src/objects/read-objects.ts';
import { goldenSpecs, manifestsOf } from '../../support/goldens.ts';

/** What we write for somebody has no findings; with the workloads of an example beside it, it fits them too. */
test.each(goldenSpecs)('what $name renders for all clusters, beside its workloads, has no findings', ({ file }) => {
  const rendered = manifestsOf(file);
  const clusters = [...new Set(rendered.map(({ cluster }) => cluster))];
  const objects = [
    ...rendered.map(({ cluster, object }) => unplaced(cluster, object)),
    ...clusters.flatMap((cluster) => workloadsOf(file, cluster)),
  ];
  expect(objects.length).toBeGreaterThan(rendered.length - 1);
  expect(checkObjects(objectSetOf(objects)).diagnostics).toEqual([]);
});

const unplaced = (cluster: string, object: ReturnType<typeof manifestsOf>[number]['object']): SourcedObject => ({
  cluster,
  apiVersion: object.apiVersion,
  kind: object.kind,
  namespace: object.metadata.namespace,
  name: object.metadata.name,
  object,
  locate: () => undefined,
});

function workloadsOf(spec: string, cluster: string): readonly SourcedObject[] {
  const file = join(dirname(spec), 'workloads', `${cluster}.yaml`);
  try {
    return readObjects({ file, text: readFileSync(file, 'utf8'), cluster }).objects;
  } catch {
    return [];
  }
}
