import { hostsBehind, serversOf } from '../../access/gateways.ts';
import { isJsonObject, type JsonObject } from '../../json.ts';
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
  // A caller of the own cluster needs no gateway.
  const domain = frame.ownDomains.get(cluster);
  const mayBeRemote = calls.map(({ principal }) => domain === undefined || !principal?.startsWith(`${domain}/`));
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
          const remote = led && now[n] && mayBeRemote[n] && !(ledBefore && before[n]) && !(ledAfter && after[n]);
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

/** Of a way from a range of addresses to a server. */
interface Answer {
  /** There is the server. */
  readonly passes: boolean;
  /** The range gets to the pods of the gateway on one of the ports that they may listen on, or on each of them. */
  readonly may: boolean;
  readonly must: boolean;
}

/**
 * One scope for every cluster: who gets through to its gateway, and what it passes on. A policy of the network knows pods and no
 * servers, so a new server may be there before the ranges narrow; who may call it its workload's own policy says.
 */
export function gatewayScopes(index: Index, frame: Frame): Scope[] {
  const clusters = [...new Set(index.all.map(({ cluster }) => cluster))];
  return clusters.flatMap((cluster) => {
    const policies = index.of('NetworkPolicy', cluster);
    const gateways = index.of('Gateway', cluster);
    if (policies.length === 0 || gateways.length === 0) return [];
    const sources = [...new Set(policies.flatMap(({ versions }) => versions.flatMap(rangesIn))), 'anywhere else'];
    const servers = [...new Set(gateways.flatMap(({ versions }) => versions.flatMap((one) => [...serversOf(one)])))];
    const ways = sources.flatMap((source) => servers.map((server) => ({ source, server })));
    const answers = (world: World): Answer[] => {
      const there = new Set(gateways.flatMap(({ key }) => [...serversOf(world.get(key) ?? nothing)]));
      const present = policies.flatMap(({ key }) => world.get(key) ?? []);
      const isLet = (admit: typeof mayAdmit, source: string): boolean =>
        present.length === 0 ? there.size > 0 : present.some((one) => admit(one, source));
      return ways.map(({ source, server }) => ({
        passes: there.has(server),
        may: isLet(mayAdmit, source),
        must: isLet(mustAdmit, source),
      }));
    };
    const ends = [answers(frame.before), answers(frame.after)];
    return [
      {
        keys: [...policies, ...gateways].map(({ key }) => key),
        check: (state: World) => {
          const now = answers(state);
          const atOneEnd = (n: number, what: keyof Answer): boolean => ends.some((end) => end[n]?.[what]);
          const opened = ways.find(
            (_, n) => now[n]?.passes && now[n].may && !(atOneEnd(n, 'passes') && atOneEnd(n, 'may')),
          );
          if (opened) return `${cluster}: ${opened.source} would reach the gateway's ${opened.server}`;
          const works = (answer: Answer | undefined): boolean => answer?.passes === true && answer.must;
          const lost = ways.find((_, n) => !works(now[n]) && ends.every((end) => works(end[n])));
          return lost && `${cluster}: ${lost.source} would not reach the gateway's ${lost.server}`;
        },
      },
    ];
  });
}

const nothing: KubeObject = { apiVersion: 'networking.istio.io/v1', kind: 'Gateway', metadata: { name: '' } };

/** The ranges that a NetworkPolicy names. */
export const rangesIn = (policy: KubeObject): string[] =>
  objectsOf(specOf(policy).ingress)
    .flatMap(({ from }) => objectsOf(from))
    .flatMap(({ ipBlock }) => (isJsonObject(ipBlock) && typeof ipBlock.cidr === 'string' ? [ipBlock.cidr] : []));

/**
 * A policy sees the ports of the pods, not those of their Service, and restricts the one that they listen on. While it restricts
 * two, they may listen on either.
 */
const restrictedPorts = (policy: KubeObject): number[] =>
  objectsOf(specOf(policy).ingress)
    .filter(({ from }) => from !== undefined)
    .flatMap(({ ports }) => objectsOf(ports).flatMap(({ port }) => (typeof port === 'number' ? [port] : [])));

const mayAdmit = (policy: KubeObject, source: string): boolean =>
  restrictedPorts(policy).some((port) => admits(policy, source, port));
const mustAdmit = (policy: KubeObject, source: string): boolean =>
  mayAdmit(policy, source) && restrictedPorts(policy).every((port) => admits(policy, source, port));

const admits = (policy: KubeObject, source: string, port: number): boolean =>
  objectsOf(specOf(policy).ingress).some(
    ({ from, ports }) =>
      (from === undefined || objectsOf(from).some(({ ipBlock }) => isJsonObject(ipBlock) && ipBlock.cidr === source)) &&
      (ports === undefined || objectsOf(ports).some((one) => isTcp(one) && isWithin(one.port, one.endPort, port))),
  );

/** A mesh calls by TCP: the rule for UDP is open to everybody, whatever the ports. */
const isTcp = ({ protocol = 'TCP' }: JsonObject): boolean => protocol === 'TCP';

const isWithin = (first: unknown, last: unknown, port: number): boolean =>
  typeof first === 'number' && port >= first && port <= (typeof last === 'number' ? last : first);
