import type { KubeObject } from '../manifests/manifest.ts';
import { specOf } from '../manifests/transition.ts';
import type { Federation, Provider } from '../model/federation.ts';
import { passthroughSni, serviceFqdn } from '../model/identity.ts';
import { isWithin } from '../model/labels.ts';
import { meshSni } from '../objects/hosts.ts';
import { past } from './barrier.ts';
import { closingRules, passthroughMode } from './destination-rules.ts';
import { passesOn } from './gateways.ts';
import { isSeen } from './hosts.ts';
import type { AskedPort, Caller, Question } from './question.ts';
import { targetHosts } from './routes.ts';
import { hasLabels, type Workload } from './selection.ts';
import { hidingSidecars } from './sidecars.ts';
import type { Kind, Site, Sites } from './sites.ts';
import { mayHold, type Truth } from './truth.ts';
import { type CallerSide, type Hop, isNoWay, type NoWay, type Obstacle, takenHost, waysFrom } from './ways.ts';

/** A call that gets to the proxy of the workload. */
export interface Arrival {
  readonly caller: { readonly who: Caller; readonly site: Site };
  readonly provider: Provider;
  readonly site: Site;
  readonly workload: Workload;
  readonly port: AskedPort;
  /** It comes through the gateway. */
  readonly remote: boolean;
  readonly plaintext: boolean;
  readonly sni: string | undefined;
  /** What may stand in the Host header; none: that is not known. */
  readonly hosts: readonly string[];
  /** The path is not the one that the caller asks for. */
  readonly rewritesPath: boolean;
  /** What it hangs on whether the call takes this way, and not another one. */
  readonly when: Truth;
  readonly through: readonly KubeObject[];
}

/** A call that does not get there: why, and which objects are in the way. */
export interface Dead extends NoWay {
  readonly to: string | undefined;
  readonly sni: string | undefined;
  readonly through: readonly KubeObject[];
}

/** Every way that a call may take: there, or to where it ends. */
export function waysOf(question: Question, sites: Sites): readonly (Arrival | Dead)[] {
  const { caller, service } = question;
  const site = sites.of(caller.cluster);
  if (site === undefined) throw new Error(`no cluster ${caller.cluster}`);
  const own = service.providers.find(({ cluster }) => cluster.name === caller.cluster);
  if (!caller.sidecar || !question.port.exported) return [besideIt(question, site, own, sites)];

  const isImported = site.about('ServiceEntry', question.host).some((entry) => isSeen(entry, caller.namespace));
  const dialled = own && !isImported ? serviceFqdn(own.service, own.namespace) : question.host;
  const ways = waysFrom(callerSide(site, dialled), {
    namespace: caller.namespace,
    host: dialled,
    port: question.port.number,
    method: question.method,
    path: question.path,
  });
  if (ways.every((way) => isNoWay(way))) return ways.map((way) => dead(way));
  const arrived = ways.flatMap((way) => (isNoWay(way) ? [dead(way)] : arrive(way, question, { site, sites })));
  const sidecars = hidingSidecars(site, caller.namespace, dialled);
  const why = `${dialled} is not among the hosts of the Sidecar of ${caller.namespace}`;
  return past(sidecars, dead({ obstacle: 'hidden', why, when: true, by: sidecars.by }), arrived);
}

/** What is about a host, and about the hosts that its routes lead to. */
function callerSide(site: Site, host: string): CallerSide {
  const routes = site.about('VirtualService', host);
  const hosts = [...new Set([host, ...routes.flatMap(targetHosts)])];
  const about = (kind: Kind): KubeObject[] => [...new Set(hosts.flatMap((one) => site.about(kind, one)))];
  const { rootNamespace } = site.mesh;
  return { routes, entries: about('ServiceEntry'), rules: about('DestinationRule'), rootNamespace };
}

const dead = (end: NoWay, to?: string, through: readonly KubeObject[] = [], sni?: string): Dead => ({
  ...end,
  to,
  sni,
  through,
});

/** By the address of a pod: without a sidecar no other name leads there, and other ports have no other. */
function besideIt(
  { caller, port }: Question,
  site: Site,
  provider: Provider | undefined,
  { federation }: Sites,
): Arrival | Dead {
  if (provider === undefined) {
    return caller.sidecar
      ? dead({ obstacle: 'no-port', why: `port ${port.number} is not exported`, when: true, by: [] })
      : dead({
          obstacle: 'no-sidecar',
          why: 'without a sidecar there is no way to another cluster',
          when: true,
          by: [],
        });
  }
  return {
    caller: { who: caller, site },
    provider,
    site,
    workload: workloadOf(provider, site, federation),
    port,
    remote: false,
    plaintext: !caller.sidecar,
    sni: undefined,
    hosts: [],
    rewritesPath: false,
    when: true,
    through: [],
  };
}

interface Place {
  /** Of the caller. */
  readonly site: Site;
  readonly sites: Sites;
}

function arrive(hop: Hop, question: Question, place: Place): readonly (Arrival | Dead)[] {
  const way = hop.address === undefined ? arriveBeside(hop, question, place) : arriveElsewhere(hop, question, place);
  const ways = isNoWay(way) || !way.remote ? [way] : passedOn(way);
  return ways.map((one) => (isNoWay(one) ? { ...one, ...takenHost(one, hop.host, hop.rivals) } : one));
}

function arriveBeside(hop: Hop, question: Question, { site, sites }: Place): Arrival | Dead {
  const { service, caller } = question;
  const provider = service.providers.find(({ cluster }) => cluster.name === caller.cluster);
  const to = caller.cluster;
  const { when } = hop;
  const another = dead({ obstacle: 'another-service', why: `${hop.host} is not this service`, when, by: hop.by }, to);
  if (provider === undefined) return another;
  const entry = hop.by.find(({ kind }) => kind === 'ServiceEntry');
  const fqdn = serviceFqdn(provider.service, provider.namespace);
  if (!entry && hop.host !== fqdn) return another;
  if (hop.tlsMode !== undefined && !['ISTIO_MUTUAL', 'DISABLE'].includes(hop.tlsMode)) {
    const why = `the DestinationRule has TLS mode ${hop.tlsMode}, which no sidecar answers`;
    return dead({ obstacle: 'tls-mode', why, when, by: rulesIn(hop) }, to, hop.by);
  }
  return {
    ...arrivalOf(hop, provider, question, site, sites),
    caller: { who: caller, site },
    remote: false,
    plaintext: hop.tlsMode === 'DISABLE',
    hosts: hostHeaders(hop, entry ? question : undefined),
    sni: hop.sni ?? passthroughSni(hop.port, entry ? hop.host : fqdn),
  };
}

function arriveElsewhere(hop: Hop, question: Question, { site, sites }: Place): Arrival | Dead {
  const to = hop.cluster ?? clusterAt(sites.federation, hop);
  const there = to === undefined ? undefined : sites.of(to);
  const end = (obstacle: Obstacle, why: string, by: readonly KubeObject[]): Dead =>
    dead({ obstacle, why, when: hop.when, by }, to, hop.by, hop.sni ?? passthroughSni(hop.port, hop.host));
  if (there === undefined) return end('no-gateway', `${hop.address} is the gateway of no cluster`, hop.by);
  if (hop.tlsMode !== undefined && hop.tlsMode !== 'ISTIO_MUTUAL') {
    return end(
      'tls-mode',
      `the DestinationRule has TLS mode ${hop.tlsMode}, and a gateway passes on ISTIO_MUTUAL only`,
      rulesIn(hop),
    );
  }
  const sni = hop.sni ?? passthroughSni(hop.port, hop.host);
  const [, port, fqdn = sni] = /^outbound_\.(\d+)_\.[^_]*_\.(.+)$/.exec(sni) ?? [];
  const gateways = there.of('Gateway').filter((gateway) => isOurGateway(gateway, there));
  const open = gateways.filter((gateway) => passesOn(gateway, hop.gatewayPort, fqdn));
  if (open.length === 0)
    return end('server-name', `the gateway of ${to} has nothing for the SNI ${sni}`, [...rulesIn(hop), ...gateways]);
  const provider = question.service.providers.find(({ cluster }) => cluster.name === to);
  const exported = sites.federation.exports.find((one) => one.cluster.name === to && one.fqdn === fqdn);
  const target = exported?.ports.find(({ number }) => number === Number(port));
  if (provider === undefined || exported === undefined || exported.namespace !== provider.namespace) {
    return end('another-service', `it would reach ${fqdn}, which is not this service`, rulesIn(hop));
  }
  if (target === undefined) return end('no-port', `${fqdn} has no port ${port}`, rulesIn(hop));
  return checkServer(hop, {
    ...arrivalOf(hop, provider, question, there, sites),
    caller: { who: question.caller, site },
    port: { ...question.port, targetPort: target.targetPort },
    remote: true,
    plaintext: false,
    sni,
    hosts: hostHeaders(hop, question),
    through: [...hop.by, ...open.slice(0, 1)],
  });
}

/** A DestinationRule that the gateway sees may close what its Gateway opens. */
function passedOn(arrival: Arrival): readonly (Arrival | Dead)[] {
  const { provider, site, sni, when, through } = arrival;
  const asked = meshSni(sni);
  if (asked === undefined) return [arrival];
  const { port, host } = asked;
  const { rootNamespace } = site.mesh;
  const barrier = closingRules(
    { rules: site.about('DestinationRule', host), rootNamespace },
    { namespace: provider.gateway.namespace, host, home: provider.namespace },
    port,
  );
  const [rule] = barrier.by;
  const mode = rule && passthroughMode(rule, port);
  const to = provider.cluster.name;
  const why = `the DestinationRule of ${host} has TLS mode ${mode}, and the gateway of ${to} passes on ISTIO_MUTUAL only`;
  return past<Arrival | Dead>(barrier, dead({ obstacle: 'tls-mode', why, when, by: barrier.by }, to, through, sni), [
    arrival,
  ]);
}

/** The caller hangs up on a server of another identity. */
function checkServer(hop: Hop, arrival: Arrival): Arrival | Dead {
  const { identities } = arrival.provider;
  if (hop.identities.length === 0 || hop.identities.some((one) => identities.includes(one))) return arrival;
  const why = `the caller expects another server: ${hop.identities.join(', ')}`;
  return dead(
    { obstacle: 'server-identity', why, when: hop.when, by: rulesIn(hop) },
    arrival.provider.cluster.name,
    arrival.through,
  );
}

const arrivalOf = (hop: Hop, provider: Provider, { port }: Question, site: Site, sites: Sites) => ({
  provider,
  site,
  workload: workloadOf(provider, site, sites.federation),
  port,
  rewritesPath: hop.rewrite?.path ?? false,
  when: hop.when,
  through: hop.by,
});

/** The pods of the provider. What the spec has other labels for are other pods, unless the ones select the others. */
function workloadOf({ namespace, workload: labels }: Provider, { cluster }: Site, federation: Federation): Workload {
  const near = workloadsIn(federation).get(`${cluster.name}/${namespace}`) ?? [];
  const others = near.map((one) => one.labels).filter((one) => !isWithin(one, labels) && !isWithin(labels, one));
  return { namespace, labels, others };
}

const byNamespace = new WeakMap<Federation, Map<string, Federation['workloads'][number][]>>();

function workloadsIn(federation: Federation): Map<string, Federation['workloads'][number][]> {
  const known = byNamespace.get(federation) ?? new Map<string, Federation['workloads'][number][]>();
  if (known.size === 0) {
    for (const workload of federation.workloads) {
      const key = `${workload.cluster.name}/${workload.namespace}`;
      known.set(key, [...(known.get(key) ?? []), workload]);
    }
    byNamespace.set(federation, known);
  }
  return known;
}

const rulesIn = ({ by }: Hop): KubeObject[] => by.filter(({ kind }) => kind === 'DestinationRule');

/** Selected by the labels that the spec gives the pods of the gateway. */
const isOurGateway = (gateway: KubeObject, { cluster }: Site): boolean =>
  mayHold(hasLabels(cluster.gateway?.selector ?? {}, specOf(gateway).selector));

const clusterAt = ({ clusters }: Federation, { address, gatewayPort }: Hop): string | undefined =>
  clusters.find(({ gateway }) => gateway?.addresses.includes(address ?? '') && String(gateway.port) === gatewayPort)
    ?.name;

/** Clients leave the port away where it is the usual one, but for gRPC. A route may write another host. */
function hostHeaders({ rewrite }: Hop, question: Question | undefined): readonly string[] {
  if (rewrite?.authority !== undefined) return [rewrite.authority];
  if (question === undefined) return [];
  const { host, port } = question;
  return port.number === 80 ? [host, `${host}:80`] : [`${host}:${port.number}`];
}
