import { isJsonObject, type Json, type JsonObject } from '../../src/json.ts';
import type { ClusterAccess } from '../bench/access.ts';
import type { FederationInput } from './federation.ts';

/** An object as an API server lists it. */
export interface PlainObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec?: JsonObject;
}

/** What one cluster has of a federation. */
export interface PlainCluster {
  readonly objects: readonly PlainObject[];
  /** `Kind namespace/name`, of the inventory. */
  readonly inventory: ReadonlySet<string>;
}

export type PlainState = Readonly<Record<string, PlainCluster>>;

export const plainName = ({ kind, metadata: { namespace, name } }: PlainObject): string =>
  `${kind} ${namespace}/${name}`;

const istio = ['gateways', 'destinationrules', 'serviceentries', 'virtualservices'];
const lists = [
  ...istio.map((plural) => `networking.istio.io/v1/${plural}`),
  'networking.istio.io/v1beta1/proxyconfigs',
  ...['authorizationpolicies', 'peerauthentications'].map((plural) => `security.istio.io/v1/${plural}`),
  'networking.k8s.io/v1/networkpolicies',
];

/** Asks the API servers themselves; nothing of the program reads, or decides what counts. */
export async function readPlainly(
  name: string,
  clusters: Readonly<Record<string, ClusterAccess>>,
): Promise<PlainState> {
  const read = async (access: ClusterAccess): Promise<PlainCluster> => {
    const selector = `labelSelector=${encodeURIComponent(`aegis-xc.dev/federation=${name}`)}`;
    const answers = await Promise.all(lists.map((list) => access.request('GET', `/apis/${list}?${selector}`)));
    const kept = await access.request('GET', `/api/v1/namespaces/aegis-xc-system/configmaps/${name}`);
    // what lists and a ConfigMap look like
    const bodies = answers.map((answer) => answer.json() as { kind: string; items: PlainObject[] });
    const items = kept.status === 200 ? (kept.json() as { data: { items: string } }).data.items : '';
    const entries = items.split('\n').filter(Boolean);
    return {
      objects: bodies.flatMap(({ kind, items }) => items.map((item) => ({ ...item, kind: kind.replace(/List$/, '') }))),
      inventory: new Set(
        entries.map((line) => JSON.parse(line)).map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
      ),
    };
  };
  return Object.fromEntries(
    await Promise.all(
      Object.entries(clusters).map(async ([cluster, access]) => [cluster, await read(access)] as const),
    ),
  );
}

/**
 * What must hold in every state between the two specs, said without the program's own proof: plain rules about objects that need each
 * other. A second opinion, so that the planner is not the only judge of its own order.
 */
export function plainlyUnsafe(sides: readonly FederationInput[], state: PlainState): string[] {
  const known = knownOf(sides);
  return Object.entries(state).flatMap(([cluster, { objects, inventory }]) => {
    const of = (kind: string): PlainObject[] => objects.filter((one) => one.kind === kind);
    const wrong: string[] = [];
    const must = (holds: unknown, text: string): void => {
      if (!holds) wrong.push(`${cluster}: ${text}`);
    };

    for (const host of of('Gateway').flatMap(hostsOf)) {
      const provider = known.providers.find((one) => one.cluster === cluster && one.host === host);
      const isOfIt = (one: PlainObject): boolean =>
        one.metadata.namespace === provider?.namespace && same(at(one, 'selector', 'matchLabels'), provider?.workload);
      const policies = of('AuthorizationPolicy').filter((one) => isOfIt(one) && one.spec?.action === 'ALLOW');
      must(provider, `a gateway exports ${host}, which neither spec does`);
      must(policies.length > 0, `${host} is exported without a policy`);
      must(of('PeerAuthentication').some(isOfIt), `${host} is exported, and plaintext is not refused`);
    }
    for (const one of of('AuthorizationPolicy')) {
      const strangers = stringsAt(one.spec, 'principals').filter((caller) => !known.callers.has(caller));
      must(strangers.length === 0, `${plainName(one)} lets in ${strangers.join(', ')}`);
    }
    for (const { spec } of of('ServiceEntry')) {
      for (const host of stringsAt(spec, 'hosts')) {
        const rule = of('DestinationRule').find((one) => one.spec?.host === host);
        const names = stringsAt(rule?.spec, 'subjectAltNames');
        const isPinned = names.length > 0 && names.every((name) => known.servers.has(name));
        const seen = stringsAt(rule?.spec, 'exportTo');
        must(at(rule, 'trafficPolicy', 'tls', 'mode') === 'ISTIO_MUTUAL', `calls of ${host} are not encrypted`);
        must(isPinned, `the server of ${host} is not pinned`);
        must(
          stringsAt(spec, 'exportTo').every((one) => seen.includes(one)),
          `${host} is known where no rule is`,
        );
        const goal = stringsAt(rule?.spec, 'sni')[0]?.replace(/^outbound_\.\d+_\._\./, '') ?? 'nowhere';
        for (const server of stringsAt(spec, 'aegis-xc.dev/cluster')) {
          const gateways = state[server]?.objects.filter(({ kind }) => kind === 'Gateway') ?? [];
          must(gateways.flatMap(hostsOf).includes(goal), `${host} leads to ${goal}, which ${server} does not export`);
        }
      }
      const elsewhere = stringsAt(spec, 'address').filter((address) => !known.addresses.has(address));
      must(elsewhere.length === 0, `a ServiceEntry leads to ${elsewhere.join(', ')}`);
    }
    const hosts = of('ServiceEntry').flatMap(({ spec }) => stringsAt(spec, 'hosts'));
    const subsets = of('DestinationRule').flatMap(({ spec }) => stringsAt(spec?.subsets, 'name'));
    const gateways = ['mesh', ...of('Gateway').map(({ metadata: { namespace, name } }) => `${namespace}/${name}`)];
    for (const one of of('VirtualService')) {
      const dangling = [
        ...stringsAt(one.spec, 'host').filter((host) => !hosts.includes(host) && !host.endsWith('.svc.cluster.local')),
        ...stringsAt(one.spec, 'subset').filter((subset) => !subsets.includes(subset)),
        ...stringsAt(one.spec, 'gateways').filter((gateway) => !gateways.includes(gateway)),
      ];
      must(dangling.length === 0, `${plainName(one)} names ${dangling.join(', ')}, which is not there`);
    }
    for (const one of objects) must(inventory.has(plainName(one)), `${plainName(one)} is in no inventory`);
    return wrong;
  });
}

const same = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

/** Who may take part, by either spec. */
function knownOf(sides: readonly FederationInput[]) {
  const domain = (side: FederationInput, cluster: string): string => side.clusters[cluster]?.trustDomain ?? '';
  const providers = sides.flatMap((side) =>
    Object.entries(side.services).flatMap(([service, { providers }]) =>
      Object.entries(providers).map(([cluster, { namespace, workload, serviceAccounts }]) => ({
        cluster,
        namespace,
        workload,
        host: `${service}.${namespace}.svc.cluster.local`,
        servers: (serviceAccounts ?? []).map((one) => `spiffe://${domain(side, cluster)}/ns/${namespace}/sa/${one}`),
      })),
    ),
  );
  const callers = sides.flatMap((side) =>
    Object.values(side.services).flatMap(({ consumers }) =>
      (consumers ?? []).map((one) => `${domain(side, one.cluster)}/ns/${one.namespace}/sa/${one.serviceAccount}`),
    ),
  );
  const gateways = sides.flatMap((side) =>
    Object.values(side.clusters).flatMap(({ gateway }) => gateway?.addresses ?? []),
  );
  const servers = new Set(providers.flatMap((one) => one.servers));
  return { providers, servers, callers: new Set(callers), addresses: new Set(gateways) };
}

const at = (object: PlainObject | undefined, ...path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), object?.spec);

/** Every string below a key of this name, wherever it is. */
function stringsAt(value: Json | undefined, key: string): string[] {
  if (Array.isArray(value)) return value.flatMap((one: Json) => stringsAt(one, key));
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    name === key ? [inner].flat().filter(isText) : stringsAt(inner, key),
  );
}

const isText = (value: unknown): value is string => typeof value === 'string';
const hostsOf = ({ spec }: PlainObject): string[] => stringsAt(spec?.servers, 'hosts');
