import type { Federation } from './federation.ts';

/** Where in one cluster something of a federation is, runs or calls. */
export interface Footprint {
  /** Of the gateway that others call through; undefined where nothing is exported. */
  readonly gateway: string | undefined;
  /** With workloads that others call. */
  readonly providers: readonly string[];
  /** With callers. */
  readonly consumers: readonly string[];
  /** With the objects that make a host known. */
  readonly imports: readonly string[];
}

export function footprint(federation: Federation, name: string): Footprint {
  const { clusters, exports, imports, workloads, consumerNamespaces } = federation;
  const cluster = clusters.find((one) => one.name === name);
  const exported = exports.some((one) => one.cluster.name === name);
  const namespacesOf = (
    all: readonly { readonly cluster: { readonly name: string }; readonly namespace: string }[],
  ) => [...new Set(all.filter((one) => one.cluster.name === name).map(({ namespace }) => namespace))];
  return {
    gateway: exported ? cluster?.gateway?.namespace : undefined,
    providers: namespacesOf(workloads),
    consumers: namespacesOf(consumerNamespaces),
    imports: namespacesOf(imports),
  };
}

/** With pods: all of them, once each. */
export const namespacesIn = ({ gateway, providers, consumers }: Footprint): string[] => [
  ...new Set([...(gateway === undefined ? [] : [gateway]), ...providers, ...consumers]),
];
