import type { Path } from '../diagnostics.ts';
import { sortedLabelText } from '../objects/label-index.ts';
import { PathSet } from '../spec/paths.ts';
import { type SaidPort, saidPorts, speaksHttp } from '../spec/ports.ts';
import type { FederationSpec, ProviderSpec } from '../spec/schema.ts';
import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/**
 * Two services of the spec may stand for one Service of Kubernetes, or for the same pods. A port of a Service has one protocol,
 * leads to one port and to one set of pods; a port of the pods speaks one protocol. Where one says HTTP and the other TCP, the
 * other's rule lets everything in that `allow` of the one leaves out.
 */
export const servicePortsAgree = defineCheck({
  evidence: 'spec',
  codes: ['AXC1231'],
  *find(spec) {
    const told = new PathSet();
    const first = new Map<string, Said>();
    for (const said of saidIn(spec)) {
      for (const { key, contradictions } of sharedThings(said)) {
        const before = first.get(key);
        if (before === undefined) first.set(key, said);
        else if (before.service !== said.service) yield* contradictions(before, said).filter(isNew(told));
      }
    }
  },
});

/** One port of a service, where one cluster provides it. */
interface Said {
  readonly service: string;
  readonly cluster: string;
  readonly provider: ProviderSpec;
  readonly port: SaidPort;
  /** Of the service, and of its provider. */
  readonly at: { readonly service: Path; readonly provider: Path };
}

/** Brokers have Services of their own, which are made. */
const saidIn = (spec: FederationSpec): Said[] =>
  servicesOf(spec).flatMap((named) =>
    providersOf(named).flatMap(({ cluster, provider, at }) =>
      saidPorts(named.service)
        .filter(({ number }) => number !== undefined && named.service.brokers === undefined)
        .map((port) => ({ service: named.name, cluster, provider, port, at: { service: named.at, provider: at } })),
    ),
  );

interface Shared {
  readonly key: string;
  readonly contradictions: (before: Said, now: Said) => Finding[];
}

const sharedThings = ({ service, cluster, provider, port }: Said): Shared[] => [
  {
    key: JSON.stringify(['Service', cluster, provider.namespace, provider.service ?? service, port.number]),
    contradictions: (before, now) => [
      ...otherProtocol(before, now, servicePort(now)),
      ...otherTarget(before, now),
      ...otherPods(before, now),
    ],
  },
  {
    key: JSON.stringify(['pods', cluster, provider.namespace, podsOf(provider), port.targetPort]),
    contradictions: (before, now) => otherProtocol(before, now, `port ${now.port.targetPort} of the workload`),
  },
];

function otherProtocol(before: Said, now: Said, what: string): Finding[] {
  const [was, is] = [before.port.protocol, now.port.protocol];
  if (was === undefined || is === undefined || speaksHttp(before.port) === speaksHttp(now.port)) return [];
  const message = `${what} is ${was} for "${before.service}", and ${is} here`;
  return [found(message, [...now.at.service, ...now.port.at, 'protocol'], before, now)];
}

function otherTarget(before: Said, now: Said): Finding[] {
  const [was, is] = [before.port.targetPort, now.port.targetPort];
  if (was === is) return [];
  const message = `${servicePort(now)} leads to port ${is} of the workload here, and to ${was} for "${before.service}"`;
  return [found(message, [...now.at.service, ...now.port.at, 'targetPort'], before, now)];
}

function otherPods(before: Said, now: Said): Finding[] {
  const [was, is] = [podsOf(before.provider), podsOf(now.provider)];
  if (was === is) return [];
  const message = `${servicePort(now)} has the pods with ${is} here, and those with ${was} for "${before.service}"`;
  return [found(message, [...now.at.provider, 'workload'], before, now)];
}

/** The pods of a provider, as one text: their labels in order. */
export const podsOf = ({ workload }: ProviderSpec): string => sortedLabelText(new Map(Object.entries(workload)));

const servicePort = ({ service, provider, port }: Said): string =>
  `port ${port.number} of the Service ${provider.namespace}/${provider.service ?? service}`;

const found = (message: string, at: Path, before: Said, now: Said): Finding => ({
  code: 'AXC1231',
  message,
  hint: 'a port of a Service has one protocol, one `targetPort` and one set of pods: correct one of the two, or name another Service with `service`',
  at,
  looksAt: [...placesOf(before), ...placesOf(now)],
});

const placesOf = ({ port, at }: Said): Path[] => [
  ...['number', 'targetPort', 'protocol', '*'].map((key) => [...at.service, ...port.at, key]),
  ...['preset', '*'].map((key) => [...at.service, key]),
  ...['namespace', 'service', 'workload', '*'].map((key) => [...at.provider, key]),
  [...at.provider, 'workload', '*'],
];

/** Providers of several clusters have their ports in common. */
const isNew =
  (told: PathSet) =>
  ({ at }: Finding): boolean => {
    if (told.has(at)) return false;
    told.add(at);
    return true;
  };
