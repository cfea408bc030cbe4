import * as z from 'zod';
import type { Json } from '../../src/json.ts';
import type { ClusterAccess } from './access.ts';
import { type Crd, crdSchema } from './crds.ts';
import { until } from './until.ts';

/** Applies the definitions, and yields them as they are when all are established. */
export async function installCrds(cluster: ClusterAccess, crds: readonly Crd[]): Promise<Crd[]> {
  await Promise.all(crds.map((crd) => apply(cluster, crd)));
  let live: Crd[] = [];
  await until(`CRDs of ${cluster.context}`, async () => {
    live = await readCrds(cluster);
    return live.length === crds.length && live.every(isEstablished);
  });
  return live;
}

/** Waits until every version of every definition is in discovery: a client that asks too early would not know the kind. */
export async function untilServed(cluster: ClusterAccess, crds: readonly Crd[]): Promise<void> {
  const wanted = crds.flatMap(({ spec: { group, names, versions } }) =>
    versions.filter(({ served }) => served).map(({ name }) => `${group}/${name}/${names.plural}`),
  );
  await until(`CRDs of ${cluster.context} in discovery`, async () => {
    const served = await readDiscovery(cluster);
    return wanted.every((resource) => served.has(resource));
  });
}

export const isEstablished = ({ status }: Crd): boolean =>
  status?.conditions.some(({ type, status }) => type === 'Established' && status === 'True') ?? false;

export async function readCrds(cluster: ClusterAccess): Promise<Crd[]> {
  const list = z.object({ items: z.array(z.looseObject({})) }).parse((await cluster.request('GET', path)).json());
  const type = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' }; // a list's items come without
  return list.items.map((item) => crdSchema.parse({ ...type, ...item }));
}

const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function apply(cluster: ClusterAccess, crd: Crd): Promise<void> {
  const { status, text } = await cluster.request('PATCH', `${path}/${crd.metadata.name}?fieldManager=bench`, {
    body: crd as Json, // it came from YAML
    contentType: 'application/apply-patch+yaml',
    timeoutMs: 60_000,
  });
  if (status >= 300) throw new Error(`${crd.metadata.name} in ${cluster.context}: ${status} ${text}`);
}

/** `networking.istio.io/v1/gateways`, … in one request, the one that kubectl makes. */
async function readDiscovery(cluster: ClusterAccess): Promise<Set<string>> {
  const accept = 'application/json;as=APIGroupDiscoveryList;v=v2;g=apidiscovery.k8s.io';
  const { items } = discovery.parse((await cluster.request('GET', '/apis', { accept })).json());
  return new Set(
    items.flatMap(({ metadata, versions }) =>
      versions.flatMap(({ version, resources }) =>
        resources.map(({ resource }) => `${metadata.name}/${version}/${resource}`),
      ),
    ),
  );
}

const discovery = z.object({
  items: z.array(
    z.object({
      metadata: z.object({ name: z.string() }),
      versions: z.array(
        z.object({ version: z.string(), resources: z.array(z.object({ resource: z.string() })).default([]) }),
      ),
    }),
  ),
});
