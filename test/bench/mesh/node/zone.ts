import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import type { NodeContext } from './context.ts';
import { watchObjects } from './watch.ts';

/** Keeps the file up to date from which the DNS server of a cluster answers. */
export interface Zone {
  readonly file: string;
  stop(): void;
}

const serviceSchema = z.object({
  metadata: z.object({ uid: z.string(), name: z.string(), namespace: z.string() }),
  spec: z.object({ clusterIP: z.string().optional() }),
});
const sliceSchema = z.object({
  metadata: z.object({
    uid: z.string(),
    namespace: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
  }),
  endpoints: z
    .array(z.object({ addresses: z.array(z.string()), hostname: z.string().optional() }))
    .nullish()
    .transform((endpoints) => endpoints ?? []),
});
type Service = z.infer<typeof serviceSchema>;
type Slice = z.infer<typeof sliceSchema>;

export async function keepZone({ site, access }: NodeContext): Promise<Zone> {
  const file = join(site.folder, 'zone.json');
  const services = new Map<string, Service>();
  const slices = new Map<string, Slice>();
  let writing = Promise.resolve();

  const write = () => {
    writing = writing.then(async () => {
      await writeFile(`${file}.new`, JSON.stringify(namesOf([...services.values()], [...slices.values()])));
      await rename(`${file}.new`, file);
    });
  };
  await writeFile(file, '{}');
  const keep = <T extends { metadata: { uid: string } }>(path: string, schema: z.ZodType<T>, objects: Map<string, T>) =>
    watchObjects({
      kubeconfig: access.kubeconfig,
      context: access.context,
      path,
      schema,
      onChange: (object) => {
        objects.set(object.metadata.uid, object);
        write();
      },
      onGone: ({ metadata }) => {
        objects.delete(metadata.uid);
        write();
      },
    });
  const watches = [
    keep('/api/v1/services', serviceSchema, services),
    keep('/apis/discovery.k8s.io/v1/endpointslices', sliceSchema, slices),
  ];
  return {
    file,
    stop: () => {
      for (const watch of watches) watch.stop();
    },
  };
}

/** A Service without an address of its own is the addresses of its pods; a StatefulSet's pods have names below it. */
function namesOf(services: readonly Service[], slices: readonly Slice[]): Record<string, string[]> {
  const names: Record<string, string[]> = {};
  for (const { metadata, spec } of services) {
    const headless = spec.clusterIP === undefined || spec.clusterIP === 'None';
    names[fqdn(metadata.name, metadata.namespace)] = headless ? [] : [spec.clusterIP ?? ''];
  }
  for (const { metadata, endpoints } of slices) {
    const service = fqdn(metadata.labels['kubernetes.io/service-name'] ?? '', metadata.namespace);
    const isHeadless = 'service.kubernetes.io/headless' in metadata.labels;
    for (const { addresses, hostname } of endpoints) {
      if (isHeadless) names[service] = [...(names[service] ?? []), ...addresses];
      if (hostname !== undefined) names[`${hostname}.${service}`] = addresses;
    }
  }
  return names;
}

const fqdn = (name: string, namespace: string): string => `${name}.${namespace}.svc.cluster.local`;
