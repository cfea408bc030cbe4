import * as z from 'zod';
import type { LiveObject } from '../plan/live.ts';

/** Of an object, what a survey looks at. The API server has checked the rest; an object in another form is left out. */

const labels = z.record(z.string(), z.string()).default({});

const service = z
  .object({
    metadata: z.object({ name: z.string(), namespace: z.string(), labels, annotations: labels }),
    spec: z.object({
      type: z.string().default('ClusterIP'),
      selector: labels,
      externalIPs: z.array(z.string()).default([]),
      ports: z
        .array(
          z.object({
            name: z.string().optional(),
            port: z.int(),
            targetPort: z.union([z.int(), z.string()]).optional(),
            protocol: z.string().default('TCP'),
            appProtocol: z.string().optional(),
          }),
        )
        .default([]),
    }),
    status: z
      .object({
        loadBalancer: z
          .object({
            ingress: z.array(z.object({ ip: z.string().optional(), hostname: z.string().optional() })).default([]),
          })
          .prefault({}),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status }) => ({
    ...metadata,
    ...spec,
    /** Where it is reached from outside. */
    addresses: [
      ...status.loadBalancer.ingress.flatMap(({ ip, hostname }) => ip || hostname || []),
      ...spec.externalIPs,
    ],
  }));
export type SeenService = z.output<typeof service>;
export type SeenPort = SeenService['ports'][number];

const workload = z
  .object({
    kind: z.string(),
    metadata: z.object({ name: z.string(), namespace: z.string() }),
    spec: z.object({
      template: z.object({
        metadata: z.object({ labels, annotations: labels }).prefault({}),
        spec: z.object({
          serviceAccountName: z.string().min(1).catch('default'),
          containers: z
            .array(
              z.object({
                ports: z.array(z.object({ name: z.string().optional(), containerPort: z.int() })).default([]),
              }),
            )
            .default([]),
        }),
      }),
    }),
  })
  .transform(({ kind, metadata, spec: { template } }) => ({
    kind,
    ...metadata,
    serviceAccount: template.spec.serviceAccountName,
    labels: template.metadata.labels,
    annotations: template.metadata.annotations,
    ports: template.spec.containers.flatMap(({ ports }) => ports),
  }));
export type SeenWorkload = z.output<typeof workload>;

const namespace = z.object({ metadata: z.object({ name: z.string(), labels }) }).transform(({ metadata }) => metadata);
export type SeenNamespace = z.output<typeof namespace>;

export const readService = (object: LiveObject): SeenService | undefined => service.safeParse(object).data;
export const readWorkload = (object: LiveObject): SeenWorkload | undefined => workload.safeParse(object).data;
export const readNamespace = (object: LiveObject): SeenNamespace | undefined => namespace.safeParse(object).data;
