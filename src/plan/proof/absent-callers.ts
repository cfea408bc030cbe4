import { serversOf } from '../../access/gateways.ts';
import { type Hop, hopsOf, isNoWay, seenHosts } from '../../access/ways.ts';
import { specOf, textsOf } from '../../manifests/transition.ts';
import type { Provider, Service } from '../../model/federation.ts';
import { ipv4Range } from '../../spec/ranges.ts';
import type { AbsentInput, Needed } from './absent.ts';
import { fqdnsOf } from './served.ts';
import { rangesIn } from './server-scopes.ts';
import { callerSideIn, objectsIn } from './world.ts';

/**
 * What callers in an absent cluster use, and would not find any more: nobody tells them of another port, another gateway or another
 * identity. A caller that the spec takes out may be turned away.
 */
export function movedFrom(input: AbsentInput): Needed[] {
  const { federation, absent, before } = input;
  const here = federation.clusters.flatMap(({ name }) => (absent.has(name) ? [] : [name]));
  const known = here.flatMap((cluster) => waysIn(input, cluster));
  return federation.services.flatMap((service) => {
    const callers = service.consumers.flatMap(({ cluster }) => cluster?.name ?? []).filter((name) => absent.has(name));
    if (callers.length === 0) return [];
    const fqdns = new Set(service.providers.flatMap((provider) => fqdnsOf(federation.name, service, provider)));
    const leading = here.filter((cluster) => serversIn(before, cluster).some(({ fqdn }) => fqdns.has(fqdn)));
    const providers = service.providers.filter(({ cluster }) => !absent.has(cluster.name));
    const whys = [
      ...leading.flatMap((cluster) => closed(input, cluster, fqdns)),
      ...leading.flatMap((cluster) => shutOut(input, cluster)),
      ...providers.flatMap((provider) => unexpected(provider, fqdns, known)),
    ];
    return whys.map((why) => ({ why: whyOf(callers, service, why), at: service.at }));
  });
}

const whyOf = (callers: readonly string[], { name }: Service, why: string): string =>
  `${[...new Set(callers)].join(', ')}: callers of ${name} ${why}`;

/** A server that goes, or moves to the Gateway of other pods. */
function closed({ before, after }: AbsentInput, cluster: string, fqdns: ReadonlySet<string>): string[] {
  const stays = new Set(serversIn(after, cluster).map(({ key }) => key));
  return serversIn(before, cluster)
    .filter(({ key, fqdn }) => fqdns.has(fqdn) && !stays.has(key))
    .map(({ gateway, port }) => `dial port ${port} of Gateway ${gateway} in ${cluster}, which would go`);
}

function serversIn(world: AbsentInput['before'], cluster: string) {
  const gateways = objectsIn(world, cluster).filter(({ kind }) => kind === 'Gateway');
  return gateways.flatMap((gateway) =>
    [...serversOf(gateway)].map((server) => {
      const [port = '', fqdn = ''] = server.split(' ');
      const name = `${gateway.metadata.namespace}/${gateway.metadata.name}`;
      return { key: `${name} ${server}`, gateway: name, port, fqdn };
    }),
  );
}

/** Where the callers come from nobody knows here: wherever they may come from now. */
function shutOut({ before, after }: AbsentInput, cluster: string): string[] {
  const rangesOf = (world: AbsentInput['before']): string[] => {
    const policies = objectsIn(world, cluster).filter(({ kind }) => kind === 'NetworkPolicy');
    return policies.length === 0 ? [anywhere] : policies.flatMap(rangesIn);
  };
  const now = rangesOf(after);
  if (now.includes(anywhere)) return [];
  const lost = [...new Set(rangesOf(before))].filter((range) => !now.some((one) => isWithin(range, one)));
  return lost.map((range) => `come from ${range}, and the gateway of ${cluster} would not let that in`);
}

const anywhere = 'anywhere';

const isWithin = (range: string, other: string): boolean => {
  const [one, all] = [ipv4Range(range), ipv4Range(other)];
  // Of anything but IPv4 both ends are no numbers.
  return range === other || (all.first <= one.first && one.last <= all.last);
};

/** Callers here and there were told the same identities; where none is here, nobody knows what those in the absent cluster were told. */
function unexpected({ cluster, identities }: Provider, fqdns: ReadonlySet<string>, known: readonly Hop[]): string[] {
  const hops = known.filter((hop) => hop.cluster === cluster.name && fqdns.has(hop.fqdn ?? ''));
  const expected = new Set(hops.flatMap((hop) => hop.identities));
  if (expected.size === 0) return [];
  const strange = identities.filter((identity) => !expected.has(identity));
  return strange.map((identity) => `do not expect ${identity} of ${cluster.name}`);
}

/** Every way out of a cluster, as it is before. */
function waysIn({ before }: AbsentInput, cluster: string): Hop[] {
  const side = callerSideIn(before, cluster);
  const namespaces = new Set(side.entries.flatMap((entry) => textsOf(specOf(entry).exportTo)));
  return [...namespaces].flatMap((namespace) =>
    seenHosts(side, namespace).flatMap(([host, port]) => {
      const hops = hopsOf(side, namespace, host, port);
      return isNoWay(hops) ? [] : hops;
    }),
  );
}
