import type { Path } from '../diagnostics.ts';
import { PathSet } from '../spec/paths.ts';
import { isNamed, type SaidPort, saidPorts, speaksHttp } from '../spec/ports.ts';
import type { FederationSpec, ServiceSpec } from '../spec/schema.ts';
import { type NamedService, providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';
import { podsOf } from './service-ports-agree.ts';

/**
 * A policy names the port of the workload. Where two ports of a spec are one there, who may call the one may call the other: a
 * caller that only one of them has, or less to it, would get what the spec does not say.
 */
export const callersAreToldApart = defineCheck({
  evidence: 'spec',
  codes: ['AXC1232'],
  *find(spec) {
    const told = new PathSet();
    const first = new Map<string, Said>();
    for (const said of saidIn(spec)) {
      const before = first.get(said.key);
      if (before === undefined) first.set(said.key, said);
      else if (before.callers !== said.callers && !told.has(said.at)) {
        told.add(said.at);
        yield finding(before, said);
      }
    }
  },
});

/** One port of a service, where one cluster provides it. */
interface Said {
  /** The port of the workload. */
  readonly key: string;
  readonly service: string;
  readonly port: SaidPort;
  /** Who may call it, in an order of their own. */
  readonly callers: string;
  readonly at: Path;
  readonly looksAt: readonly Path[];
}

const saidIn = (spec: FederationSpec): Said[] =>
  servicesOf(spec).flatMap((named) =>
    providersOf(named).flatMap(({ cluster, provider, at }) =>
      saidPorts(named.service)
        .filter(({ targetPort }) => targetPort !== undefined)
        .map((port) => ({
          key: JSON.stringify([cluster, provider.namespace, podsOf(provider), port.targetPort]),
          service: named.name,
          port,
          callers: callersOf(named.service, port),
          at: [...named.at, ...port.at, 'targetPort'],
          looksAt: [...callerPaths(named), ...placesOf(named, port), ...podPaths(at)],
        })),
    ),
  );

function callersOf({ consumers, localCallers }: ServiceSpec, port: SaidPort): string {
  const remote = consumers
    .filter(({ ports }) => isNamed(port, ports))
    .map(({ cluster, namespace, serviceAccount, allow }) => [
      cluster,
      namespace,
      serviceAccount,
      ...(speaksHttp(port) ? [allow?.methods?.toSorted() ?? [], allow?.paths?.toSorted() ?? []] : []),
    ]);
  const local =
    localCallers === 'any'
      ? ['any']
      : localCallers
          .filter(({ ports }) => ports === undefined || ports.some((one) => one === port.targetPort))
          .map(({ namespace, serviceAccount }) => [namespace, serviceAccount]);
  return JSON.stringify([inOrder(remote), inOrder(local)]);
}

const inOrder = (callers: readonly unknown[]): string[] =>
  [...new Set(callers.map((one) => JSON.stringify(one)))].sort();

function finding(before: Said, now: Said): Finding {
  const sameService = before.service === now.service;
  const other = sameService ? `"${before.port.name}"` : `"${before.service}"`;
  return {
    code: 'AXC1232',
    message: `port ${now.port.targetPort} of the workload is ${other}, too, and has other callers there: policies can't tell them apart`,
    hint: sameService
      ? 'give both the same callers, with the same `allow`; or let the workload listen on a port for each'
      : 'give both the same callers (`consumers`, `localCallers`); or let the workload listen on a port for each',
    at: now.at,
    looksAt: [...before.looksAt, ...now.looksAt],
  };
}

const callerPaths = ({ service, at }: NamedService): Path[] => [
  [...at, '*'],
  [...at, 'preset'],
  [...at, 'localCallers'],
  ...(service.localCallers === 'any' ? [] : service.localCallers.map((_, n) => [...at, 'localCallers', n])),
  ...service.consumers.flatMap((_, n) =>
    ['cluster', 'namespace', 'serviceAccount', 'ports', 'allow', '*'].map((key) => [...at, 'consumers', n, key]),
  ),
];

const placesOf = ({ at }: NamedService, port: SaidPort): Path[] =>
  ['number', 'targetPort', 'protocol', '*'].map((key) => [...at, ...port.at, key]);

const podPaths = (provider: Path): Path[] => [
  [...provider, 'namespace'],
  [...provider, 'workload'],
  [...provider, 'workload', '*'],
];
