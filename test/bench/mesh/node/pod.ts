import * as z from 'zod';

/** Of a Pod, what the node agent acts upon; the rest passes. */
const containerSchema = z.object({
  name: z.string(),
  image: z.string().default(''),
  command: z.array(z.string()).default([]),
  args: z.array(z.string()).default([]),
  env: z
    .array(
      z.object({
        name: z.string(),
        value: z.string().optional(),
        valueFrom: z
          .object({
            fieldRef: z.object({ fieldPath: z.string() }).optional(),
            resourceFieldRef: z.object({ resource: z.string() }).optional(),
          })
          .optional(),
      }),
    )
    .default([]),
  ports: z.array(z.object({ containerPort: z.number() })).default([]),
  /** `Always` on an init container makes it a sidecar: it starts before the others and ends after them. */
  restartPolicy: z.string().optional(),
  resources: z.object({ limits: z.record(z.string(), z.union([z.string(), z.number()])).default({}) }).optional(),
});
export type Container = z.infer<typeof containerSchema>;

export const podSchema = z.object({
  metadata: z.object({
    name: z.string(),
    namespace: z.string(),
    uid: z.string(),
    labels: z.record(z.string(), z.string()).default({}),
    annotations: z.record(z.string(), z.string()).default({}),
    deletionTimestamp: z.string().optional(),
    deletionGracePeriodSeconds: z.number().optional(),
  }),
  spec: z.object({
    nodeName: z.string().optional(),
    serviceAccountName: z.string().default('default'),
    restartPolicy: z.string().default('Always'),
    containers: z.array(containerSchema),
    initContainers: z.array(containerSchema).default([]),
  }),
  status: z.object({ phase: z.string().default('Pending') }).default({ phase: 'Pending' }),
});
export type Pod = z.infer<typeof podSchema>;

export const proxyName = 'istio-proxy';
export const isSidecar = ({ restartPolicy }: Container): boolean => restartPolicy === 'Always';
export const pathOf = ({ metadata }: Pod): string => `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
export const isOver = ({ status }: Pod): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';
