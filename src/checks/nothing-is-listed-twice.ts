import type { Path } from '../diagnostics.ts';
import { canonicalAddress } from '../spec/ranges.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { type NamedService, servicesOf } from '../spec/services.ts';
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
    ...list('address', gateway?.addresses.map(canonicalAddress), ['clusters', name, 'gateway', 'addresses']),
    ...list('range', gateway?.allowFrom, ['clusters', name, 'gateway', 'allowFrom']),
  ]),
  ...servicesOf(spec).flatMap(listsOfService),
];

function listsOfService({ at, service }: NamedService): List[] {
  const { consumers, localCallers, providers, traffic } = service;
  const callers = localCallers === 'any' ? [] : localCallers.map((caller) => JSON.stringify(caller));
  return [
    ...Object.entries(providers).flatMap(([cluster, { serviceAccounts }]) =>
      list('service account', serviceAccounts, at, 'providers', cluster, 'serviceAccounts'),
    ),
    ...consumers.flatMap(({ allow, ports }, index) => [
      ...list('method', allow?.methods, at, 'consumers', index, 'allow', 'methods'),
      ...list('path', allow?.paths, at, 'consumers', index, 'allow', 'paths'),
      ...list('port', ports, at, 'consumers', index, 'ports'),
    ]),
    ...list('local caller', callers, at, 'localCallers'),
    ...list('cluster', traffic?.failover, at, 'traffic', 'failover'),
  ];
}

/** Nothing for a list that can't repeat itself, which is most of them. */
const list = (what: string, entries: readonly string[] | undefined, at: Path, ...below: Path): List[] =>
  entries !== undefined && entries.length > 1 ? [{ what, entries, at: [...at, ...below] }] : [];

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
  if (service.consumers.length < 2) return;
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
