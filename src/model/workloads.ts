import { milliseconds } from '../spec/names.ts';
import type { Caller, Port, Provider, Rule, Service, Workload } from './federation.ts';
import { principal } from './identity.ts';
import { labelsKey } from './labels.ts';
import { workloadName } from './names.ts';
import { isHttp } from './ports.ts';

/**
 * The pods that serve, each with one policy for everything that they serve: a second policy object, or a second write of
 * one, would close their open connections once more.
 */
export function resolveWorkloads(services: readonly Service[]): Workload[] {
  const shares = new Map<string, Share[]>();
  for (const service of services) {
    for (const provider of service.providers) {
      const key = `${provider.cluster.name}/${provider.namespace}/${labelsKey(provider.workload)}`;
      const before = shares.get(key);
      if (before) before.push({ service, provider });
      else shares.set(key, [{ service, provider }]);
    }
  }
  return [...shares.values()].flatMap(([first, ...others]) => (first ? [toWorkload(first, others)] : []));
}

/** What one service of the spec asks of a workload. */
interface Share {
  readonly service: Service;
  readonly provider: Provider;
}

function toWorkload(first: Share, others: readonly Share[]): Workload {
  const shares = [first, ...others];
  const { cluster, namespace, workload, at } = first.provider;
  const ports = shares.flatMap(({ service }) => service.ports);
  const exportedPorts = unique(shares.flatMap(({ service }) => targetPorts(service)));
  return {
    cluster,
    namespace,
    labels: workload,
    name: workloadName(workload),
    exportedPorts,
    servesTcp: ports.some((port) => !isHttp(port)),
    servesHttp: ports.some(isHttp),
    rules: distinct([...shares.flatMap((share) => rulesOf(share, shares)), ...openPorts(shares, exportedPorts)]),
    idleTimeout: longestIdle(ports),
    at,
  };
}

const rulesOf = ({ service, provider }: Share, shares: readonly Share[]): Rule[] => [
  ...service.consumers.flatMap((consumer) => consumerRules(consumer, service.ports)),
  ...localRules(
    service,
    provider,
    shares.map((share) => share.service),
  ),
];

/** One rule per caller and port: an HTTP field makes Istio ignore the whole rule on a TCP port. */
function consumerRules(consumer: Caller, ports: readonly Port[]): Rule[] {
  const trustDomain = consumer.cluster?.trustDomain ?? '';
  return ports
    .filter(({ targetPort }) => consumer.ports?.includes(targetPort) ?? true)
    .map((port) => ({
      ...anyRule,
      principals: [principal(trustDomain, consumer.namespace, consumer.serviceAccount)],
      ports: [port.targetPort],
      methods: isHttp(port) ? consumer.methods : undefined,
      paths: isHttp(port) ? consumer.paths : undefined,
      at: consumer.at,
    }));
}

/**
 * Local callers keep all ports of the workload unless the spec names some: that they could call it before is the point. But the
 * ports of another service of the same pods are for that one's callers.
 */
function localRules(service: Service, { cluster }: Provider, sharing: readonly Service[]): Rule[] {
  const { localCallers, at } = service;
  const { trustDomain } = cluster;
  const notPorts = (caller: Caller | 'any'): number[] | undefined => portsOfOthers(caller, service, sharing);
  if (localCallers === 'any')
    return [{ ...anyRule, principals: [`${trustDomain}/*`], notPorts: notPorts('any'), at: [...at, 'localCallers'] }];
  return localCallers.map((caller) => ({
    ...anyRule,
    principals: [principal(trustDomain, caller.namespace, caller.serviceAccount)],
    ports: caller.ports,
    notPorts: caller.ports ? undefined : notPorts(caller),
    at: caller.at,
  }));
}

/** Of the services on the same pods that don't have this caller; undefined where there are none. */
function portsOfOthers(caller: Caller | 'any', service: Service, sharing: readonly Service[]): number[] | undefined {
  const own = targetPorts(service);
  const ports = sharing
    .filter((other) => other !== service && !hasLocalCaller(other, caller))
    .flatMap(targetPorts)
    .filter((port) => !own.includes(port));
  return ports.length > 0 ? unique(ports) : undefined;
}

const hasLocalCaller = ({ localCallers }: Service, caller: Caller | 'any'): boolean =>
  localCallers === 'any' ||
  (caller !== 'any' && localCallers.some((one) => one.ports === undefined && isSame(one, caller)));

const isSame = (one: Caller, other: Caller): boolean =>
  one.namespace === other.namespace && one.serviceAccount === other.serviceAccount;

const targetPorts = ({ ports }: Service): number[] => ports.map(({ targetPort }) => targetPort);

/**
 * Ports that are not exported stay as open as they were, where the spec says so: to the identities of their own mesh and to
 * callers without one. Not to the other clusters, whom the gateway lets through to every port of an exported Service.
 */
const openPorts = (shares: readonly Share[], exported: readonly number[]): Rule[] =>
  shares
    .filter(({ provider }) => provider.otherPorts === 'open')
    .flatMap(({ provider: { cluster, at } }) => [
      { ...anyRule, principals: [`${cluster.trustDomain}/*`], notPorts: exported, at: [...at, 'otherPorts'] },
      { ...anyRule, notPrincipals: ['*'], notPorts: exported, at: [...at, 'otherPorts'] },
    ]);

const anyRule: Omit<Rule, 'at'> = {
  principals: undefined,
  notPrincipals: undefined,
  ports: undefined,
  notPorts: undefined,
  methods: undefined,
  paths: undefined,
};

/** Envoy closes an idle inbound connection after an hour by itself; only a longer time needs a ProxyConfig. */
function longestIdle(ports: readonly Port[]): string | undefined {
  const envoyDefault = milliseconds('1h');
  const times = ports.filter((port) => !isHttp(port)).map(({ connection }) => connection.idleTimeout ?? '0s');
  const longest = times.sort((a, b) => milliseconds(b) - milliseconds(a))[0];
  return longest !== undefined && milliseconds(longest) > envoyDefault ? longest : undefined;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

/** The first of those that say the same. */
function distinct(rules: readonly Rule[]): Rule[] {
  const first = new Map<string, Rule>();
  for (const rule of rules) {
    const key = JSON.stringify({ ...rule, at: undefined });
    if (!first.has(key)) first.set(key, rule);
  }
  return [...first.values()];
}
