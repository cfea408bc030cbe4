import * as z from 'zod';
import {
  dnsLabel,
  dnsSubdomain,
  duration,
  hostName,
  ipAddress,
  ipv4,
  labelKey,
  labelValue,
  plainName,
  portName,
  portNumber,
  trustDomain,
} from './names.ts';
import { presetPorts } from './ports.ts';

// A spec is parsed once: a parser compiled for it, as zod does otherwise, costs more time than it saves.
z.config({ jitless: true });

/**
 * The federation spec: the only source of its types, of the JSON Schema for editors and of `docs/spec.md`. What one
 * value alone can't tell (references, loops, combinations) is in `checks/`.
 */

const selector = z.record(labelKey, labelValue).refine((labels) => Object.keys(labels).length > 0, {
  message: 'has to have a label: an empty selector would match the whole namespace',
});

/** For editors, beside the name of a preset. */
function presetText(name: PresetName): string {
  const { protocol, number } = presetPorts[name];
  return number === undefined ? protocol : `${protocol}, port ${number}`;
}

/** The protocols that Istio treats in a way of their own; databases and brokers are TCP to it. */
export const protocols = ['HTTP', 'HTTP2', 'GRPC', 'TCP'] as const;
const protocol = z.enum(protocols);

export const presetNames = [
  'http',
  'http2',
  'grpc',
  'tcp',
  'postgres',
  'mysql',
  'redis',
  'mongodb',
  'kafka',
  'nats',
  'amqp',
] as const;

/** Labels of the pods of Istio's own east-west gateways. */
export const usualGateway = { istio: 'eastwestgateway' } as const;

const gateway = z
  .strictObject({
    addresses: z
      .array(z.union([ipAddress, hostName], { error: 'an IP address or a host name' }))
      .min(1)
      .describe(
        'Where the other clusters reach the east-west gateway: IP addresses or host names of its load balancer.',
      )
      .meta({ examples: [['203.0.113.20'], ['ew.east.example.net']] }),
    port: portNumber
      .default(15443)
      .describe("The port of the gateway's Service for mesh traffic, which the others dial."),
    targetPort: portNumber
      .optional()
      .describe("The port of the gateway's pods behind it, which a NetworkPolicy names; default: `port`.")
      .meta({ examples: [8443] }),
    namespace: dnsLabel.default('istio-system').describe("Namespace of the gateway's pods."),
    selector: selector
      .default({ ...usualGateway })
      .describe("Labels of the gateway's pods.")
      .meta({ examples: [{ istio: 'eastwestgateway' }] }),
    allowFrom: z
      .array(z.union([z.cidrv4(), z.cidrv6()], { error: 'an IP range such as 198.51.100.0/24' }))
      .min(1)
      .optional()
      .describe(
        "Renders a NetworkPolicy: only these ranges reach the gateway's port. It opens all other ports of these pods, also where another NetworkPolicy closes them.",
      )
      .meta({ examples: [['198.51.100.0/24']] }),
  })
  .describe('The east-west gateway; needed where a service is provided.')
  .meta({ title: 'gateway' });

const cluster = z
  .strictObject({
    trustDomain: trustDomain
      .default('cluster.local')
      .describe("The mesh's trust domain (MeshConfig `trustDomain`).")
      .meta({ examples: ['east.example'] }),
    context: z.string().min(1).max(500).optional().describe('The kubeconfig context of this cluster.'),
    uid: z
      .uuid('the UID of a Namespace, such as 5c1d6f0e-2b7a-4c8e-9d1f-3a5b7c9d1e2f')
      .optional()
      .describe('Pins the cluster: UID of its kube-system namespace. Another cluster under that context is refused.'),
    dns: z
      .enum(['capture', 'external'])
      .default('capture')
      .describe(
        'How imported names resolve: `capture` turns on the DNS proxy of the sidecars in the consuming namespaces (their pods restart once), `external` leaves it to you.',
      ),
    region: dnsLabel
      .optional()
      .describe(
        'Region (locality) of what this cluster provides; default: one of its own, so that local endpoints always come first.',
      ),
    gateway: gateway.optional(),
  })
  .describe('One Kubernetes cluster with an Istio mesh of its own.')
  .meta({ title: 'cluster' });

const port = z
  .strictObject({
    number: portNumber
      .optional()
      .describe("The Service's port, which consumers dial; a preset may know it.")
      .meta({ examples: [80] }),
    targetPort: portNumber
      .optional()
      .describe("The workload's port, which policies name; default: `number`.")
      .meta({ examples: [8080] }),
    protocol: protocol.optional().describe('What is spoken on the port; a preset may know it.'),
  })
  .describe("A port of the service, as the provider's Service has it.")
  .meta({ title: 'port' });

const provider = z
  .strictObject({
    namespace: dnsLabel.describe('Namespace of the Service and its pods.'),
    service: plainName.optional().describe('Name of the Service; default: the name of this service in the spec.'),
    workload: selector
      .describe('Labels of the pods behind the Service, which policies select.')
      .meta({ examples: [{ app: 'backend-api' }] }),
    serviceAccounts: z
      .array(dnsSubdomain)
      .min(1)
      .describe('Service accounts of those pods. Callers accept no other identity as the server.'),
    statefulSet: dnsSubdomain.optional().describe('kafka: the StatefulSet of the brokers; default: the Service.'),
    otherPorts: z
      .enum(['closed', 'open'])
      .default('closed')
      .describe(
        'What the first policy does to ports that are not exported: `closed` refuses callers that no rule names, `open` renders rules that keep those ports as they are for the cluster itself, and closed to the others.',
      ),
  })
  .describe('Where the service runs.')
  .meta({ title: 'provider' });

const method = z
  .string()
  .regex(/^[A-Z]{1,20}$/, 'an HTTP method in upper case such as GET')
  .describe('An HTTP method.');
const path = z
  .string()
  .max(1024)
  // Braces are templates to Istio, which refuses most: https://istio.io/latest/docs/reference/config/security/authorization-policy/#Operation
  .regex(/^\/[!-)+-z|~]*\*?$/, 'a path that begins with "/", without braces; one "*" may stand at its end')
  .describe('A path, or a prefix that ends in "*".');

const allow = z
  .strictObject({
    methods: z
      .array(method)
      .min(1)
      .optional()
      .describe('Methods that may be called; default: all.')
      .meta({
        examples: [
          ['GET', 'HEAD'],
          ['GET', 'POST'],
        ],
      }),
    paths: z
      .array(path)
      .min(1)
      .optional()
      .describe('Paths that may be called; default: all.')
      .meta({ examples: [['/api/*', '/health']] }),
  })
  .refine(({ methods, paths }) => methods !== undefined || paths !== undefined, {
    message: 'has to have `methods`, `paths` or both; a blank `allow` is not "all": leave it out for that',
  })
  .describe('HTTP only: what the consumer may call.')
  .meta({ title: 'allow' });

const consumer = z
  .strictObject({
    cluster: plainName.describe('The cluster of the caller.'),
    namespace: dnsLabel.describe("The caller's namespace."),
    serviceAccount: dnsSubdomain.describe("The caller's service account: with cluster and namespace its identity."),
    ports: z
      .array(portName)
      .min(1)
      .optional()
      .describe('Names of the ports that it may call, where there are several; default: all.'),
    allow: allow.optional(),
  })
  .describe('Who may call the service.')
  .meta({ title: 'consumer' });

const localCaller = z
  .strictObject({
    namespace: dnsLabel.describe("The caller's namespace."),
    serviceAccount: dnsSubdomain.describe("The caller's service account."),
    ports: z
      .array(portNumber)
      .min(1)
      .optional()
      .describe(
        "Ports of the workload that it may call; default: all, also those that aren't exported, but not those of another service of the same pods.",
      ),
  })
  .describe("A caller within the provider's own cluster.")
  .meta({ title: 'local caller' });

const traffic = z
  .strictObject({
    timeout: duration
      .optional()
      .describe('HTTP: how long a whole request may take, retries included; default: no limit.')
      .meta({ examples: ['10s'] }),
    retries: z
      .strictObject({
        attempts: z
          .int()
          .min(0)
          .max(10)
          .describe('How often a failed request is tried again; 0 turns retries off.')
          .meta({ examples: [2] }),
        perTryTimeout: duration
          .optional()
          .describe('How long one try may take, where one is made: GET, HEAD, OPTIONS and gRPC. Others have `timeout`.')
          .meta({ examples: ['3s'] }),
      })
      .optional()
      .describe(
        'HTTP: GET, HEAD and OPTIONS are tried again when the other side fails, others only when the connection did.',
      ),
    connections: z
      .strictObject({
        maxPerClientPod: z
          .int()
          .min(1)
          .max(1_000_000)
          .optional()
          .describe('Connections that one pod of a caller may hold.')
          .meta({ examples: [100] }),
        connectTimeout: duration
          .optional()
          .describe('How long connecting may take; default 3s.')
          .meta({ examples: ['3s'] }),
        idleTimeout: duration
          .optional()
          .describe('When an idle connection is closed; a preset may know it.')
          .meta({ examples: ['5m', '1h'] }),
      })
      .optional()
      .describe('Limits of connections; with `weights` they are not those of connections to the own pods.'),
    failover: z
      .array(plainName)
      .min(1)
      .optional()
      .describe('Several providers: their order for callers elsewhere. Callers beside a provider use that one first.'),
    weights: z
      .record(plainName, z.int().min(0).max(100))
      .optional()
      .describe('Several providers: the share of each in percent. Weights have no failover.')
      .meta({ examples: [{ east: 90, west: 10 }] }),
    outlierDetection: z
      .strictObject({
        consecutiveErrors: z
          .int()
          .min(1)
          .max(1000)
          .default(5)
          .describe('Errors in a row before an endpoint is left out.'),
        ejectFor: duration.default('30s').describe('How long it is left out the first time.'),
        interval: duration.default('10s').describe('How often that is looked at.'),
      })
      .optional()
      .describe('When an endpoint is left out; failover has it in any case.'),
  })
  .describe('How calls travel.')
  .meta({ title: 'traffic' });

const service = z
  .strictObject({
    host: hostName
      .optional()
      .describe('The name that consumers dial; default for one provider: `<service>.<cluster>.local`.')
      .meta({ examples: ['catalog.xc.global'] }),
    mode: z
      .literal('passthrough')
      .optional()
      .describe('How connections cross: mTLS from sidecar to sidecar, the gateway passes it through.'),
    preset: z
      .enum(presetNames)
      .optional()
      .describe('What speaks on the port: number, protocol, time-outs and keepalive follow.')
      .meta({ enumDescriptions: presetNames.map(presetText) }),
    port: port.optional(),
    ports: z
      .record(portName, port)
      .refine((ports) => Object.keys(ports).length > 0, { message: 'has to have a port' })
      .optional()
      .describe('Several ports, by the names that the Service gives them.'),
    brokers: z
      .int()
      .min(1)
      .max(100)
      .optional()
      .describe('kafka: how many brokers; each gets a host and a Service of its own.')
      .meta({ examples: [3] }),
    address: ipv4.optional().describe('TCP: the virtual address of the import, instead of one made from its host.'),
    providers: z
      .record(plainName, provider)
      .refine((providers) => Object.keys(providers).length > 0, { message: 'has to have a provider' })
      .describe('Where it runs, by cluster.'),
    consumers: z
      .array(consumer)
      .min(1, 'has to have a consumer: nobody could call the service')
      .describe('Who calls it from other clusters.'),
    localCallers: z
      .union([z.literal('any').describe("Everyone in the mesh of the provider's cluster."), z.array(localCaller)], {
        error: 'a list of callers, or `any`',
      })
      .describe(
        'Who calls it within the cluster of a provider: a list, which may be empty, or `any`. It must be said, because the first policy refuses everyone who is not named.',
      ),
    traffic: traffic.optional(),
  })
  .describe('A service that is called across clusters.')
  .meta({ title: 'service' });

const tagValue = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[\w./:@+-]+$/, 'letters, digits and ". / : @ + - _"');
const tagName = z
  .string()
  .max(63)
  .regex(/^[A-Za-z_][\w.]*$/, 'a tag name of letters, digits, "_" and "."');
const providerName = z
  .string()
  .min(1)
  .max(253)
  .regex(/^[\w.-]+$/, 'the name of a provider in MeshConfig');
const tags = z.record(tagName, tagValue);

const telemetry = z
  .strictObject({
    tracing: z
      .strictObject({
        provider: providerName.describe('A tracing provider in `extensionProviders` of MeshConfig.'),
        sampling: z.number().min(0).max(100).default(1).describe('Share of the requests that are traced, in percent.'),
        tags: tags.optional().describe('Tags on every span.'),
      })
      .optional()
      .describe('Spans of the calls.'),
    accessLog: z
      .strictObject({
        provider: providerName.describe(
          "An access log provider; `envoy` is the mesh's own. Any other logs what crosses the border, beside `envoy`, which logs all calls of the namespace then, also where the mesh logs none or elsewhere.",
        ),
      })
      .optional()
      .describe('The log of the calls that cross the border.'),
    metrics: z
      .strictObject({
        provider: providerName.default('prometheus').describe('A metrics provider.'),
        tags: tags.describe("Tags on the callers' metrics."),
      })
      .optional()
      .describe("More tags on Istio's metrics."),
  })
  .describe('What the consuming namespaces report. It replaces what the mesh sets for those namespaces.')
  .meta({ title: 'telemetry' });

const trust = z
  .strictObject({
    certManager: z
      .strictObject({
        issuer: dnsSubdomain.describe('Your issuer, whose root all meshes trust.'),
        kind: z.enum(['Issuer', 'ClusterIssuer']).default('ClusterIssuer').describe("The issuer's kind."),
        namespace: dnsLabel.default('istio-system').describe("istiod's namespace, where its CA is kept."),
      })
      .describe("Renders the Certificate of each mesh's intermediate CA."),
  })
  .describe('Where the trust between the meshes comes from.')
  .meta({ title: 'trust' });

export const federationSpec = z
  .strictObject({
    apiVersion: z.literal('aegis-xc.dev/v1alpha1').describe('The version of this language.'),
    kind: z.literal('Federation').describe('Always `Federation`.'),
    metadata: z
      .strictObject({
        name: plainName
          .max(40)
          .describe('Name of the federation, 40 characters at most; the names of all its objects begin with it.'),
        id: z
          .string()
          .regex(/^[A-Za-z0-9-]{1,64}$/, 'letters, digits and "-"')
          .optional()
          .describe('Written by `init`: two specs of one name are not one federation.'),
      })
      .describe('What the federation is called.'),
    mode: z.literal('passthrough').default('passthrough').describe('The mode of services that name none.'),
    identity: z
      .enum(['distinct', 'shared'])
      .default('distinct')
      .describe('`shared`: equal trust domains are on purpose one space of identities.'),
    addressRange: z
      .cidrv4('an IPv4 range such as 241.0.0.0/8')
      .default('241.0.0.0/8')
      .describe('Where the virtual addresses of TCP imports are taken from.'),
    clusters: z
      .record(plainName, cluster)
      .refine((clusters) => Object.keys(clusters).length > 1, { message: 'has to have two clusters or more' })
      .describe('The clusters, two or more; their order is the order of --cluster-a and --cluster-b.'),
    services: z
      .record(plainName, service)
      .refine((services) => Object.keys(services).length > 0, { message: 'has to have a service' })
      .describe('What is called across clusters, by name.'),
    telemetry: telemetry.optional(),
    trust: trust.optional(),
  })
  .describe('A federation: clusters, services, and who may call whom.');

export type FederationSpec = z.infer<typeof federationSpec>;
export type ClusterSpec = z.infer<typeof cluster>;
export type ServiceSpec = z.infer<typeof service>;
export type ProviderSpec = z.infer<typeof provider>;
export type PresetName = (typeof presetNames)[number];
export type Protocol = (typeof protocols)[number];
