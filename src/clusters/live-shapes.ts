import * as z from 'zod';
import type { LiveObject } from '../plan/live.ts';

/** Of an object, what a check of a live cluster looks at. An object in another form is left out: the API server has checked it. */

const texts = z.array(z.string()).default([]);
const labels = z.record(z.string(), z.string()).default({});
const metadata = z.object({
  name: z.string(),
  namespace: z.string().default(''),
  labels,
  annotations: labels,
  creationTimestamp: z.string().default(''),
  deletionTimestamp: z.string().optional(),
});

const container = z.object({
  name: z.string(),
  image: z.string().default(''),
  env: z.array(z.object({ name: z.string(), value: z.string().optional() })).default([]),
  ports: z.array(z.object({ name: z.string().optional(), containerPort: z.int() })).default([]),
});
const containers = z.array(container).default([]);
type Container = z.output<typeof container>;

const proxyOf = (all: readonly Container[]) => {
  const found = all.find(({ name }) => name === 'istio-proxy');
  return found && { image: found.image, env: envOf(found) };
};

const envOf = ({ env }: Container): Readonly<Record<string, string>> =>
  Object.fromEntries(env.map(({ name, value = '' }) => [name, value]));

const pod = z
  .object({
    metadata,
    spec: z.object({
      serviceAccountName: z.string().min(1).catch('default'),
      containers,
      initContainers: containers,
    }),
    status: z
      .object({
        phase: z.string().default(''),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
      })
      .prefault({}),
  })
  .transform(({ metadata, spec, status }) => ({
    ...metadata,
    serviceAccount: spec.serviceAccountName,
    /** It is there to stay: not ended, and not on its way out. */
    runs: metadata.deletionTimestamp === undefined && !['Succeeded', 'Failed'].includes(status.phase),
    ready: status.conditions.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    /** The sidecar, which is an init container since Kubernetes has sidecars of its own. */
    proxy: proxyOf([...spec.containers, ...spec.initContainers]),
    /** Ports that have a name: a Service may go by it. */
    ports: [...spec.containers, ...spec.initContainers].flatMap(({ ports }) => ports),
  }));
export type LivePod = z.output<typeof pod>;

const deployment = z
  .object({
    metadata,
    spec: z.object({ template: z.object({ spec: z.object({ containers }) }) }),
  })
  .transform(({ metadata, spec }) => ({
    ...metadata,
    images: spec.template.spec.containers.map(({ image }) => image),
    env: Object.assign({}, ...spec.template.spec.containers.map(envOf)) as Readonly<Record<string, string>>, // merged records
  }));
export type LiveDeployment = z.output<typeof deployment>;

const namespace = z.object({ metadata }).transform(({ metadata }) => metadata);
export type LiveNamespace = z.output<typeof namespace>;

/** An object of Istio or cert-manager: where it is, and what its spec says. */
const objectWith = <Spec extends z.ZodType>(spec: Spec) =>
  z.object({ apiVersion: z.string(), kind: z.string(), metadata, spec: spec });

const mode = z.object({ mode: z.string().optional() });
const selector = z.object({ matchLabels: labels }).optional();

const destinationRule = objectWith(
  z.object({
    host: z.string(),
    exportTo: texts,
    workloadSelector: selector,
    trafficPolicy: z
      .object({ tls: mode.optional(), portLevelSettings: z.array(z.object({ tls: mode.optional() })).default([]) })
      .optional(),
  }),
);
export type LiveDestinationRule = z.output<typeof destinationRule>;

const virtualService = objectWith(z.object({ hosts: texts, gateways: texts, exportTo: texts }));
export type LiveVirtualService = z.output<typeof virtualService>;

const serviceEntry = objectWith(z.object({ hosts: texts, exportTo: texts }));
export type LiveServiceEntry = z.output<typeof serviceEntry>;

const sidecar = objectWith(
  z.object({
    workloadSelector: z.object({ labels }).optional(),
    egress: z.array(z.object({ hosts: texts })).default([]),
  }),
);
export type LiveSidecar = z.output<typeof sidecar>;

const gateway = objectWith(
  z.object({
    selector: labels,
    servers: z.array(z.object({ port: z.object({ number: z.int() }), hosts: texts, tls: mode.optional() })).default([]),
  }),
);
export type LiveGateway = z.output<typeof gateway>;

const peerAuthentication = objectWith(
  z.object({ selector, mtls: mode.optional(), portLevelMtls: z.record(z.string(), mode).default({}) }),
);
export type LivePeerAuthentication = z.output<typeof peerAuthentication>;

const authorizationPolicy = objectWith(
  z.object({
    selector,
    action: z.string().default('ALLOW'),
    rules: z.array(z.unknown()).default([]),
    targetRef: z.unknown().optional(),
    targetRefs: z.array(z.unknown()).default([]),
  }),
);
export type LiveAuthorizationPolicy = z.output<typeof authorizationPolicy>;

const certificate = objectWith(z.object({ secretName: z.string() }))
  .extend({ status: z.object({ notAfter: z.string().optional() }).prefault({}) })
  .transform(({ metadata, spec, status }) => ({ ...metadata, secretName: spec.secretName, notAfter: status.notAfter }));
export type LiveCertificate = z.output<typeof certificate>;

const reader =
  <Shape extends z.ZodType>(shape: Shape) =>
  (object: LiveObject): z.output<Shape> | undefined =>
    shape.safeParse(object).data;

export const read = {
  pod: reader(pod),
  deployment: reader(deployment),
  namespace: reader(namespace),
  destinationRule: reader(destinationRule),
  virtualService: reader(virtualService),
  serviceEntry: reader(serviceEntry),
  sidecar: reader(sidecar),
  gateway: reader(gateway),
  peerAuthentication: reader(peerAuthentication),
  authorizationPolicy: reader(authorizationPolicy),
  certificate: reader(certificate),
} as const;
