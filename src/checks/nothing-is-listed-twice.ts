import type { Path } from '../diagnostics.ts';
import { canonicalAddress } from '../spec/ranges.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { type NamedService, providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck, type Finding } from './check.ts';

/** No list says a thing twice: one of the two is a mistake, and Istio refuses some of them. */
export const nothingIsListedTwice = defineCheck({
  evidence: 'spec',
  codes: ['AXC1203'],
  *find(spec) {
    for (const { at, entries, what } of listsOf(spec)) yield* repeats(entries, at, what);
    for (const named of servicesOf(spec)) yield* repeatedConsumers(named);
  },
});

interface List {
  readonly what: string;
  readonly at: Path;
  /** What makes each entry what it is. */
  readonly entries: readonly string[];
}

const listsOf = (spec: FederationSpec): List[] => [
  ...Object.entries(spec.clusters).flatMap(([name, { gateway }]) => [
    {
      what: 'address',
      at: ['clusters', name, 'gateway', 'addresses'],
      entries: gateway?.addresses.map(canonicalAddress) ?? [],
    },
    { what: 'range', at: ['clusters', name, 'gateway', 'allowFrom'], entries: gateway?.allowFrom ?? [] },
  ]),
  ...servicesOf(spec).flatMap(listsOfService),
];

function listsOfService(named: NamedService): List[] {
  const { at, service } = named;
  const { consumers, localCallers, traffic } = service;
  return [
    ...providersOf(named).map((one) => ({
      what: 'service account',
      at: [...one.at, 'serviceAccounts'],
      entries: one.provider.serviceAccounts,
    })),
    ...consumers.flatMap(({ allow, ports }, index) => [
      { what: 'method', at: [...at, 'consumers', index, 'allow', 'methods'], entries: allow?.methods ?? [] },
      { what: 'path', at: [...at, 'consumers', index, 'allow', 'paths'], entries: allow?.paths ?? [] },
      { what: 'port', at: [...at, 'consumers', index, 'ports'], entries: ports ?? [] },
    ]),
    {
      what: 'local caller',
      at: [...at, 'localCallers'],
      entries: localCallers === 'any' ? [] : localCallers.map((caller) => JSON.stringify(caller)),
    },
    { what: 'cluster', at: [...at, 'traffic', 'failover'], entries: traffic?.failover ?? [] },
  ];
}

function* repeats(entries: readonly string[], at: Path, what: string): Generator<Finding> {
  const first = new Map<string, number>();
  for (const [index, entry] of entries.entries()) {
    const before = first.get(entry);
    if (before === undefined) first.set(entry, index);
    else yield { ...twice(what, before), at: [...at, index], looksAt: [[...at, before]] };
  }
}

/** One caller may stand there twice when each entry is for other ports. */
function* repeatedConsumers({ at, service }: NamedService): Generator<Finding> {
  const seen = new Map<string, { index: number; ports: readonly string[] | undefined }[]>();
  for (const [index, { cluster, namespace, serviceAccount, ports }] of service.consumers.entries()) {
    const key = `${cluster}/${namespace}/${serviceAccount}`;
    const before = seen.get(key) ?? [];
    const same = before.find((other) => !ports || !other.ports || other.ports.some((port) => ports.includes(port)));
    seen.set(key, [...before, { index, ports }]);
    if (!same) continue;
    const path = [...at, 'consumers', index];
    yield { ...twice('consumer', same.index), at: path, looksAt: consumerPaths(at, index, same.index) };
  }
}

const consumerPaths = (at: Path, ...indices: number[]): Path[] =>
  indices.flatMap((index) =>
    ['cluster', 'namespace', 'serviceAccount', 'ports', '*'].map((key) => [...at, 'consumers', index, key]),
  );

const twice = (what: string, before: number) =>
  ({
    code: 'AXC1203',
    message: `the same ${what} twice: entry ${before + 1} of the list says it already`,
    hint: 'remove one of them, or put what they allow together',
  }) as const;
