import type { Mesh } from '../../clusters/mesh.ts';
import type { Survey } from '../../clusters/survey.ts';
import type { SeenService } from '../../clusters/survey-shapes.ts';
import { isJsonObject } from '../../json.ts';
import { dnsLabel, hostName, ipAddress, trustDomain } from '../../spec/names.ts';
import { comment, inline, todo } from './draft-text.ts';

/** The port of Istio's east-west gateways: https://istio.io/latest/docs/setup/install/multicluster/ */
const gatewayPort = 15443;

/** A cluster of the spec. `provides`: a service in it is, so it needs a gateway. `others` are surveys of the other clusters. */
export function clusterText(
  survey: Survey,
  { provides, others }: { readonly provides: boolean; readonly others: readonly Survey[] },
): string[] {
  const { cluster, context, uid, kubernetes, region, unread } = survey;
  return [
    `  ${cluster}: # Kubernetes ${comment(kubernetes)}`,
    ...unread.map((what) => todo(4, `${what}; what follows from it is missing here`)),
    `    context: ${inline(context)} # yours; others name theirs with --context ${cluster}=<context>`,
    `    uid: ${uid}`,
    ...trustDomainText(survey),
    ...dnsText(survey),
    ...regionText(region, others),
    ...gatewayText(survey, provides),
  ];
}

/** In one region the pods of another cluster would be as near as the own ones. */
function regionText(region: string | undefined, others: readonly Survey[]): string[] {
  const isOwn = dnsLabel.safeParse(region).success && others.every((other) => other.region !== region);
  return isOwn ? [`    region: ${inline(region)} # of all its nodes`] : [];
}

/** Istio's own where the MeshConfig says nothing. */
export function trustDomainOf({ mesh }: Survey): string {
  const said = mesh?.config.trustDomain;
  return trustDomain.safeParse(said).success ? String(said) : 'cluster.local';
}

export const haveEqualDomains = (surveys: readonly Survey[]): boolean =>
  new Set(surveys.map(trustDomainOf)).size < surveys.length;

function trustDomainText(survey: Survey): string[] {
  const line = `    trustDomain: ${inline(trustDomainOf(survey))}`;
  if (survey.mesh !== undefined) return [`${line} # MeshConfig in ${survey.mesh.namespace}`];
  const how = '`trustDomain` in the ConfigMap istio-system/istio; it is cluster.local where nothing is said';
  return [todo(4, `the trust domain of the mesh: ${how}`), line];
}

/** https://istio.io/latest/docs/ops/configuration/traffic-management/dns-proxy/ */
function dnsText({ mesh }: Survey): string[] {
  if (mesh === undefined) return [];
  return capturesDns(mesh)
    ? ['    dns: external # the MeshConfig has DNS capture on for all pods']
    : [
        '    dns: capture # the MeshConfig has it off: it is turned on in the namespaces of callers, whose pods restart once',
      ];
}

function capturesDns({ config: { defaultConfig } }: Mesh): boolean {
  const metadata = isJsonObject(defaultConfig) ? defaultConfig.proxyMetadata : undefined;
  return isJsonObject(metadata) && String(metadata.ISTIO_META_DNS_CAPTURE).toLowerCase() === 'true';
}

function gatewayText(survey: Survey, provides: boolean): string[] {
  const [gateway, ...others] = gatewaysOf(survey);
  if (gateway === undefined) return missingGateway(survey, provides);
  const { name, namespace, type, selector } = gateway;
  const labels = selector.istio === undefined ? selector : { istio: selector.istio };
  const addresses = addressesOf(gateway);
  const found = addresses.length > 0;
  const where = `kubectl --context ${survey.context} -n ${namespace} get service ${name}`;
  return [
    `    gateway: # Service ${namespace}/${name}${others.length > 0 ? `; there is also ${others.map(fullName).join(', ')}` : ''}`,
    ...(found
      ? []
      : [todo(6, `where other clusters reach it: a ${type} Service without an outside address; ${where}`)]),
    `      addresses: ${inline(found ? addresses : [unknownHost(survey.cluster)])}`,
    `      port: ${gatewayPort}`,
    `      namespace: ${inline(namespace)}`,
    `      selector: ${inline(labels)}`,
    ...(found
      ? ['      # allowFrom: [198.51.100.0/24] # where callers come from; without it the port is open to everyone']
      : []),
  ];
}

function missingGateway({ cluster, context }: Survey, provides: boolean): string[] {
  const how = `a Service with port ${gatewayPort}; kubectl --context ${context} get services -A`;
  const lines = ['    gateway:', `      addresses: [${unknownHost(cluster)}]`];
  return provides
    ? [todo(4, `an east-west gateway was not found (${how}): install one, and write its address here`), ...lines]
    : [`    # No east-west gateway was found (${comment(how)}). It needs one when it provides a service.`];
}

/** What fits is before what is only near. */
export function gatewaysOf({ services }: Survey): SeenService[] {
  return services
    .filter(({ ports, selector }) => Object.keys(selector).length > 0 && ports.some(({ port }) => port === gatewayPort))
    .sort((one, other) => score(other) - score(one) || (fullName(one) < fullName(other) ? -1 : 1));
}

const score = (service: SeenService): number =>
  (service.selector.istio === 'eastwestgateway' ? 2 : 0) + (addressesOf(service).length > 0 ? 1 : 0);
const fullName = ({ namespace, name }: SeenService): string => `${namespace}/${name}`;

export const addressesOf = ({ addresses }: SeenService): string[] =>
  addresses.filter((address) => ipAddress.or(hostName).safeParse(address).success);

/** `.invalid` is in no DNS, so that a value which was forgotten leads nowhere: https://www.rfc-editor.org/rfc/rfc6761#section-6.4 */
const unknownHost = (cluster: string): string => `gateway.${cluster}.invalid`;
