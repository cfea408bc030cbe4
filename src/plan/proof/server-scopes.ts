import { hostsBehind, serversOf } from '../../access/gateways.ts';
import { isJsonObject } from '../../json.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { objectsOf, specOf } from '../../manifests/transition.ts';
import type { Index, Known } from './index-of.ts';
import { letsIn, sampleCalls } from './policies.ts';
import type { Frame, Scope } from './scope.ts';
import type { World } from './world.ts';

/** One scope for the policies of every workload, with the gateways that lead to it. */
export function workloadScopes(index: Index, frame: Frame): Scope[] {
  const named = new Map<string, Known[]>();
  for (const known of index.all) {
    if (known.kind !== 'AuthorizationPolicy' && known.kind !== 'PeerAuthentication') continue;
    const place = `${known.cluster} ${known.namespace}/${known.name}`;
    const others = named.get(place);
    if (others) others.push(known);
    else named.set(place, [known]);
  }
  return [...named.values()].flatMap((both) => workloadScope(both, index, frame));
}

function workloadScope(both: readonly Known[], index: Index, frame: Frame): Scope[] {
  const [first] = both;
  if (first === undefined) return [];
  const { cluster, namespace, name } = first;
  const of = (kind: string): Known | undefined => both.find((one) => one.kind === kind);
  const [policy, peers] = [of('AuthorizationPolicy'), of('PeerAuthentication')];
  const gateways = index.of('Gateway', cluster);
  const keys = [...both, ...gateways].map(({ key }) => key);
  if (!keys.some((key) => frame.changed.has(key))) return [];
  const own = frame.served.fqdnsOf(cluster, namespace, name);
  const leads = (world: World): boolean =>
    gateways.some(({ key }) => {
      const gateway = world.get(key);
      return gateway !== undefined && leadsTo(gateway, { own, cluster, namespace, frame });
    });
  const calls = sampleCalls(policy?.versions ?? [], peers?.versions ?? []);
  const answers = (world: World): boolean[] =>
    calls.map((call) => letsIn(policy && world.get(policy.key), peers && world.get(peers.key), call));
  const [before, after] = [answers(frame.before), answers(frame.after)];
  const [ledBefore, ledAfter] = [leads(frame.before), leads(frame.after)];
  return [
    {
      keys,
      check: (state) => {
        const now = answers(state);
        const led = leads(state);
        const wrong = calls.findIndex((_, n) => {
          const kept = before[n] && after[n] && !now[n];
          const opened = now[n] && !before[n] && !after[n];
          const remote = led && now[n] && !(ledBefore && before[n]) && !(ledAfter && after[n]);
          return kept || opened || remote;
        });
        const call = calls[wrong];
        if (call === undefined) return undefined;
        const who = call.principal ?? 'plaintext';
        return `${cluster}: ${who} would ${now[wrong] ? 'get in to' : 'be refused by'} ${namespace}/${name} on port ${call.port}`;
      },
    },
  ];
}

interface Place {
  readonly own: readonly string[];
  readonly cluster: string;
  readonly namespace: string;
  readonly frame: Frame;
}

/** A Service that the spec doesn't name any more may be any of its Namespace. */
function leadsTo(gateway: KubeObject, { own, cluster, namespace, frame }: Place): boolean {
  const hosts = hostsBehind(gateway);
  if (own.length > 0) return own.some((host) => hosts.has(host));
  return [...hosts].some(
    (host) => host.split('.')[1] === namespace && frame.served.policiesOf(cluster, host) === undefined,
  );
}

/** One scope for every cluster: who gets through to its gateway, and what it passes on. */
export function gatewayScopes(index: Index, frame: Frame): Scope[] {
  const clusters = [...new Set(index.all.map(({ cluster }) => cluster))];
  return clusters.flatMap((cluster) => {
    const policies = index.of('NetworkPolicy', cluster);
    const gateways = index.of('Gateway', cluster);
    if (policies.length === 0 || gateways.length === 0) return [];
    const sources = [...new Set(policies.flatMap(({ versions }) => versions.flatMap(rangesIn))), 'anywhere else'];
    const servers = [...new Set(gateways.flatMap(({ versions }) => versions.flatMap((one) => [...serversOf(one)])))];
    const ways = sources.flatMap((source) => servers.map((server) => ({ source, server })));
    const answers = (world: World): boolean[] => {
      const open = new Set(gateways.flatMap(({ key }) => [...serversOf(world.get(key) ?? nothing)]));
      const present = policies.flatMap(({ key }) => world.get(key) ?? []);
      return ways.map(
        ({ source, server }) =>
          open.has(server) && (present.length === 0 || present.some((one) => admits(one, source, portOf(server)))),
      );
    };
    const [before, after] = [answers(frame.before), answers(frame.after)];
    return [
      {
        keys: [...policies, ...gateways].map(({ key }) => key),
        check: (state: World) => {
          const now = answers(state);
          const wrong = ways.findIndex((_, n) => (now[n] ? !before[n] && !after[n] : before[n] && after[n]));
          const way = ways[wrong];
          return way && `${cluster}: ${way.source} would ${now[wrong] ? '' : 'not '}reach the gateway's ${way.server}`;
        },
      },
    ];
  });
}

const nothing: KubeObject = { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: '' } };
const portOf = (server: string): number => Number(server.slice(0, server.indexOf(' ')));

/** The ranges that a NetworkPolicy names. */
export const rangesIn = (policy: KubeObject): string[] =>
  objectsOf(specOf(policy).ingress)
    .flatMap(({ from }) => objectsOf(from))
    .flatMap(({ ipBlock }) => (isJsonObject(ipBlock) && typeof ipBlock.cidr === 'string' ? [ipBlock.cidr] : []));

const admits = (policy: KubeObject, source: string, port: number): boolean =>
  objectsOf(specOf(policy).ingress).some(
    ({ from, ports }) =>
      (from === undefined || objectsOf(from).some(({ ipBlock }) => isJsonObject(ipBlock) && ipBlock.cidr === source)) &&
      (ports === undefined || objectsOf(ports).some((one) => isWithin(one.port, one.endPort, port))),
  );

const isWithin = (first: unknown, last: unknown, port: number): boolean =>
  typeof first === 'number' && port >= first && port <= (typeof last === 'number' ? last : first);
