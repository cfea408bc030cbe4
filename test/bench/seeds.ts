import { readFile, writeFile } from 'node:fs/promises';
import * as z from 'zod';
import type { BenchTools } from './build.ts';
import { type Crd, crdSchema, downloadCrds } from './crds.ts';
import { installCrds } from './install-crds.ts';
import { runClusters } from './run.ts';

/**
 * Makes what every cluster of a bench begins with: the definitions as an API server keeps them once it has established
 * them. One server does that work here, for half a minute of CPU or less, and no other has to do it again.
 */
export async function growSeeds(file: string, tools: Omit<BenchTools, 'seeds'>): Promise<void> {
  const crds = await downloadCrds();
  const nursery = await runClusters({ names: ['nursery'], tools });
  try {
    const established = await Promise.all(nursery.clusters.map((cluster) => installCrds(cluster, crds)));
    await writeFile(file, JSON.stringify(Object.fromEntries(established.flat().map((crd) => [keyOf(crd), crd]))));
  } finally {
    await nursery.stop();
  }
}

/** The definitions among the seeds. */
export async function readSeeds(file: string): Promise<Crd[]> {
  return Object.values(z.record(z.string(), crdSchema).parse(JSON.parse(await readFile(file, 'utf8'))));
}

/** Where the API server keeps it in etcd. */
const keyOf = ({ metadata }: Crd): string =>
  `/registry/apiextensions.k8s.io/customresourcedefinitions/${metadata.name}`;
