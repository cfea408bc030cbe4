import type { Survey } from '../../clusters/survey.ts';
import type { SeenPort, SeenService, SeenWorkload } from '../../clusters/survey-shapes.ts';
import { dnsSubdomain, labelKey, labelValue, plainName } from '../../spec/names.ts';
import { presetPorts } from '../../spec/ports.ts';
import type { PresetName, Protocol } from '../../spec/schema.ts';

/** A Service that other clusters could call: in the mesh, with pods that have an identity. */
export interface Exportable {
  readonly cluster: string;
  readonly namespace: string;
  readonly service: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly serviceAccounts: readonly string[];
  readonly ports: readonly ExportablePort[];
}

export interface ExportablePort {
  readonly name: string | undefined;
  readonly number: number;
  readonly targetPort: number;
  readonly preset: PresetName | undefined;
  /** Undefined: neither the Service nor the number tells. */
  readonly protocol: Protocol | undefined;
}

/** A workload in the mesh, by its identity. */
export interface Identity {
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** The best first: with a service account of their own, and ports whose protocol is known. */
export function exportableServices(survey: Survey): Exportable[] {
  const inMesh = meshWorkloads(survey);
  return survey.services
    .flatMap((service) => exportable(survey.cluster, service, inMesh) ?? [])
    .sort((one, other) => score(other) - score(one) || (nameOf(one) < nameOf(other) ? -1 : 1));
}

/** Who is in the mesh, each identity once. */
export function identitiesOf(survey: Survey): Identity[] {
  const all = meshWorkloads(survey).map(({ namespace, serviceAccount }) => ({ namespace, serviceAccount }));
  const byText = new Map(all.map((identity) => [`${identity.namespace}/${identity.serviceAccount}`, identity]));
  return [...byText].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, identity]) => identity);
}

const nameOf = ({ namespace, service }: Exportable): string => `${namespace}/${service}`;

const score = ({ serviceAccounts, ports }: Exportable): number =>
  (serviceAccounts.includes('default') ? 0 : 2) + (ports.every(({ protocol }) => protocol !== undefined) ? 1 : 0);

/**
 * Workloads that get a sidecar, but for gateways and Istio's own.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
function meshWorkloads({ namespaces, workloads, mesh }: Survey): SeenWorkload[] {
  const injected = new Set(
    namespaces
      .filter(({ labels }) => labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined)
      .map(({ name }) => name),
  );
  return workloads.filter(({ namespace, labels, annotations }) => {
    const said = labels['sidecar.istio.io/inject'] ?? annotations['sidecar.istio.io/inject'];
    const isGateway = labels.istio !== undefined || annotations['inject.istio.io/templates'] === 'gateway';
    const isSystem = namespace === mesh?.namespace || namespace.startsWith('kube-');
    return !isGateway && !isSystem && (said === undefined ? injected.has(namespace) : said === 'true');
  });
}

function exportable(cluster: string, service: SeenService, inMesh: readonly SeenWorkload[]): Exportable | undefined {
  const { name, namespace, selector } = service;
  const labels = Object.entries(selector);
  const behind = inMesh.filter(
    (workload) => workload.namespace === namespace && labels.every(([key, value]) => workload.labels[key] === value),
  );
  const ports = service.ports.filter(({ protocol }) => protocol === 'TCP').map((port) => toPort(port, behind));
  const isSayable =
    plainName.safeParse(name).success &&
    labels.every(([key, value]) => labelKey.safeParse(key).success && labelValue.safeParse(value).success) &&
    behind.every(({ serviceAccount }) => dnsSubdomain.safeParse(serviceAccount).success);
  if (labels.length === 0 || behind.length === 0 || ports.length === 0 || !isSayable) return undefined;
  const serviceAccounts = [...new Set(behind.map(({ serviceAccount }) => serviceAccount))].sort();
  return { cluster, namespace, service: name, labels: selector, serviceAccounts, ports };
}

function toPort(port: SeenPort, behind: readonly SeenWorkload[]): ExportablePort {
  const { name, port: number, targetPort = number } = port;
  const preset = presetOf(number);
  return {
    name,
    number,
    targetPort: typeof targetPort === 'number' ? targetPort : (namedPort(targetPort, behind) ?? number),
    preset,
    protocol: protocolOf(port) ?? (preset === undefined ? undefined : presetPorts[preset].protocol),
  };
}

const namedPort = (name: string, behind: readonly SeenWorkload[]): number | undefined =>
  behind.flatMap(({ ports }) => ports).find((port) => port.name === name)?.containerPort;

/** Kafka is known by a host for each broker, which nobody can guess. */
const presetOf = (number: number): PresetName | undefined =>
  Object.keys(presetPorts)
    .map((name) => name as PresetName) // The keys are the names.
    .find((name) => name !== 'kafka' && presetPorts[name].number === number);

/** https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/ */
function protocolOf({ name = '', appProtocol }: SeenPort): Protocol | undefined {
  const said = (appProtocol ?? name.split('-', 1)[0] ?? '').toLowerCase();
  return protocols[said];
}

const protocols: Readonly<Record<string, Protocol>> = {
  http: 'HTTP',
  http2: 'HTTP2',
  h2c: 'HTTP2',
  'kubernetes.io/h2c': 'HTTP2',
  grpc: 'GRPC',
  'grpc-web': 'GRPC',
  tcp: 'TCP',
  tls: 'TCP',
  https: 'TCP',
  mongo: 'TCP',
  mysql: 'TCP',
  redis: 'TCP',
  postgres: 'TCP',
  postgresql: 'TCP',
};
