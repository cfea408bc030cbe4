import { hostsBehind } from '../../access/gateways.ts';
import { type CallerSide, type Hop, hopsOf, isNoWay, seenHosts } from '../../access/ways.ts';
import type { Path } from '../../diagnostics.ts';
import { isJsonObject } from '../../json.ts';
import type { KubeObject } from '../../manifests/manifest.ts';
import { objectsOf, specOf } from '../../manifests/transition.ts';
import type { Cluster, Federation, Provider, Service } from '../../model/federation.ts';
import { principal } from '../../model/identity.ts';
import { objectName, workloadName } from '../../model/names.ts';
import { movedFrom } from './absent-callers.ts';
import { principalsOf } from './policies.ts';
import { fqdnsOf } from './served.ts';
import { callerSideIn, objectsIn, type World } from './world.ts';

/** What a cluster that is left out would have to be told, and where the spec asks for it. */
export interface Needed {
  readonly why: string;
  readonly at: Path;
}

export interface AbsentInput {
  readonly federation: Federation;
  readonly absent: ReadonlySet<string>;
  /** The worlds of the other clusters. */
  readonly before: World;
  readonly after: World;
}

/**
 * Calls that would go to an absent cluster in a way in which none go there yet, or more of them; callers in it for whom nobody
 * waits yet; and what its callers use and would not find any more. What takes calls away from it needs it for nothing.
 */
export function neededOf(input: AbsentInput): Needed[] {
  const { federation, absent, before, after } = input;
  if (absent.size === 0) return [];
  const here = federation.clusters.filter(({ name }) => !absent.has(name));
  return [
    ...here.flatMap(({ name }) =>
      newWays({ federation, absent, cluster: name }, callerSideIn(before, name), callerSideIn(after, name)),
    ),
    ...federation.services.flatMap((service) =>
      service.providers
        .filter(({ cluster }) => !absent.has(cluster.name))
        .flatMap((provider) => newCallers({ federation, absent, before }, service, provider)),
    ),
    ...movedFrom(input),
  ];
}

interface Looking {
  readonly federation: Federation;
  readonly absent: ReadonlySet<string>;
  /** Whose callers. */
  readonly cluster: string;
}

function newWays({ federation, absent, cluster }: Looking, before: CallerSide, after: CallerSide): Needed[] {
  const callers = federation.consumerNamespaces.filter((one) => one.cluster.name === cluster);
  return callers.flatMap(({ namespace, at }) =>
    seenHosts(after, namespace).flatMap(([host, port]) => {
      const waysIn = (side: CallerSide): readonly Hop[] => {
        const hops = hopsOf(side, namespace, host, port);
        return isNoWay(hops) ? [] : hops.filter((hop) => hop.cluster !== undefined && absent.has(hop.cluster));
      };
      const [old, now] = [waysIn(before), waysIn(after)];
      const fresh = now.find((hop) => !old.some((one) => isSameWay(one, hop)));
      const call = `${cluster}: ${namespace} would call ${host}:${port}`;
      if (fresh) return [{ why: `${call} through ${fresh.cluster} in a way that is not there yet`, at }];
      const isMore = now.length > 0 && shareOf(now) > shareOf(old);
      return isMore ? [{ why: `${call} through ${now[0]?.cluster} more often than now`, at }] : [];
    }),
  );
}

const isSameWay = (one: Hop, other: Hop): boolean =>
  one.host === other.host &&
  one.cluster === other.cluster &&
  one.address === other.address &&
  one.gatewayPort === other.gatewayPort &&
  one.fqdn === other.fqdn &&
  other.identities.every((identity) => one.identities.includes(identity));

/** Percent of the calls to a host that go some of its ways; all where no route says otherwise. */
function shareOf(hops: readonly Hop[]): number {
  const route = hops.flatMap(({ by }) => by).find(({ kind }) => kind === 'VirtualService');
  if (route === undefined) return hops.length > 0 ? 100 : 0;
  const targets = new Set(hops.map(({ host }) => host));
  const { http, tcp } = specOf(route);
  const shares = [...objectsOf(http), ...objectsOf(tcp)].map((one) =>
    objectsOf(one.route)
      .filter(({ destination }) => isJsonObject(destination) && targets.has(String(destination.host)))
      .reduce((sum, { weight = 100 }) => sum + Number(weight), 0),
  );
  return Math.max(0, ...shares);
}

/** A caller in the absent cluster has to find the gateway and the policy as they are. */
function newCallers(
  { federation, absent, before }: Omit<AbsentInput, 'after'>,
  service: Service,
  provider: Provider,
): Needed[] {
  const { cluster, namespace, workload } = provider;
  const objects = objectsIn(before, cluster.name);
  const name = objectName(federation.name, workloadName(workload));
  const policy = objects.find(
    ({ kind, metadata }) =>
      kind === 'AuthorizationPolicy' && metadata.namespace === namespace && metadata.name === name,
  );
  const gateways = objects.filter(({ kind }) => kind === 'Gateway');
  const isOpen = fqdnsOf(federation.name, service, provider).every((fqdn) =>
    gateways.some((gateway) => hostsBehind(gateway).has(fqdn)),
  );
  return service.consumers.flatMap((caller) => {
    if (caller.cluster === undefined || !absent.has(caller.cluster.name)) return [];
    if (isOpen && policy !== undefined && letsIn(policy, caller.cluster, caller)) return [];
    const { namespace: from, serviceAccount } = caller;
    const why = `${caller.cluster.name}: ${from}/${serviceAccount} would call ${service.name} in ${cluster.name} in a way that is not there yet`;
    return [{ why, at: service.at }];
  });
}

function letsIn(
  policy: KubeObject,
  { trustDomain }: Cluster,
  { namespace, serviceAccount }: Service['consumers'][number],
): boolean {
  const who = principal(trustDomain, namespace, serviceAccount);
  const named = principalsOf(policy);
  return (
    named === undefined || named.some((one) => (one.endsWith('*') ? who.startsWith(one.slice(0, -1)) : who === one))
  );
}
