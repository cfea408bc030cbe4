import * as z from 'zod';
import type { Json } from '../../src/json.ts';
import type { ClusterAccess } from './access.ts';
import type { Crd } from './crds.ts';
import { until } from './until.ts';

/** Applies the definitions and waits until each is established and every version of it is served. */
export async function installCrds(cluster: ClusterAccess, crds: readonly Crd[]): Promise<void> {
  await Promise.all(crds.map((crd) => apply(cluster, crd)));
  await until(`CRDs of ${cluster.context} established`, () => areEstablished(cluster, crds));
  await until(`CRDs of ${cluster.context} served`, () => areServed(cluster, crds));
}

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function apply(cluster: ClusterAccess, crd: Crd): Promise<void> {
  const { status, text } = await cluster.request('PATCH', `${path}/${crd.metadata.name}?fieldManager=bench`, {
    body: crd as Json, // it came from JSON
    contentType: 'application/apply-patch+yaml',
    timeoutMs: 60_000,
  });
  if (status >= 300) throw new Error(`${crd.metadata.name} in ${cluster.context}: ${status} ${text}`);
}

async function areEstablished(cluster: ClusterAccess, crds: readonly Crd[]): Promise<boolean> {
  const { items } = liveCrds.parse((await cluster.request('GET', path)).json());
  const established = new Set(items.filter(isEstablished).map(({ metadata }) => metadata.name));
  return crds.every(({ metadata }) => established.has(metadata.name));
}

/** Discovery follows a moment after `Established`; a client that asks it first would not know the kind. */
async function areServed(cluster: ClusterAccess, crds: readonly Crd[]): Promise<boolean> {
  const wanted = crds.flatMap(({ spec: { group, names, versions } }) =>
    versions.filter(({ served }) => served).map(({ name }) => ({ version: `${group}/${name}`, plural: names.plural })),
  );
  const versions = [...new Set(wanted.map(({ version }) => version))];
  const served = await Promise.all(
    versions.map(async (version) => {
      const { resources } = discovery.parse((await cluster.request('GET', `/apis/${version}`)).json());
      return resources.map(({ name }) => `${version}/${name}`);
    }),
  );
  const all = new Set(served.flat());
  return wanted.every(({ version, plural }) => all.has(`${version}/${plural}`));
}

const liveCrd = z.object({
  metadata: z.object({ name: z.string() }),
  status: z.object({ conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]) }).optional(),
});
const liveCrds = z.object({ items: z.array(liveCrd) });
const discovery = z.object({ resources: z.array(z.object({ name: z.string() })) });

const isEstablished = ({ status }: z.infer<typeof liveCrd>): boolean =>
  status?.conditions.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;
