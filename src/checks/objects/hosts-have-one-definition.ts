import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import type { Entry } from '../../objects/entries.ts';
import { isWildcard } from '../../objects/hosts.ts';
import { haveCommonClients, nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** Where several objects define a host, Istio takes ports and addresses from one of them, or mixes them. */
export const hostsHaveOneDefinition = defineClusterCheck({
  codes: ['AXC2105', 'AXC2106', 'AXC2107', 'AXC2108'],
  analyzers: { AXC2107: 'IST0177' },
  *find(catalogue) {
    for (const [host, definitions] of catalogue.definitions) {
      const entries = definitions.filter((definition): definition is Entry => 'endpoints' in definition);
      yield* servicesBeside(catalogue, host, entries);
      if (entries.length < 2) continue;
      yield* acrossNamespaces(host, entries);
      yield* protocolConflicts(host, entries);
      for (const group of grouped(entries, ({ namespace }) => namespace).values()) yield* splitPorts(host, group);
    }
  },
});

function* servicesBeside({ definitions }: Catalogue, host: string, entries: Entry[]): Generator<ObjectFinding> {
  const service = definitions.get(host)?.find((definition) => !('endpoints' in definition));
  if (!service || service.namespace === '') return;
  for (const entry of entries) {
    yield {
      code: 'AXC2105',
      severity: 'warning',
      message: `"${host}" is ${nameOf(service)}: which of the two a client gets depends on its namespace and on Istio's version, and a gateway that opens the host refuses its listener`,
      hint: 'give the imported service a host of its own, or add its endpoints to the Service by a WorkloadEntry',
      on: entry.on,
      field: hostField(entry, host),
    };
  }
}

function* acrossNamespaces(host: string, entries: readonly Entry[]): Generator<ObjectFinding> {
  if (isWildcard(host)) return;
  for (const [entry, other] of pairs(entries)) {
    if (!entry.namespace || !other.namespace || entry.namespace === other.namespace || !haveCommonClients(entry, other))
      continue;
    yield {
      code: 'AXC2106',
      severity: 'warning',
      message: `"${host}" is also defined by ${nameOf(other)}: a client gets one of the two, depending on its namespace and on their age`,
      hint: 'put all ports and endpoints of a host into one ServiceEntry, or export the two to different namespaces with `exportTo`',
      on: entry.on,
      field: hostField(entry, host),
    };
  }
}

function* protocolConflicts(host: string, entries: readonly Entry[]): Generator<ObjectFinding> {
  for (const [entry, other] of pairs(entries)) {
    if (!haveCommonClients(entry, other)) continue;
    for (const port of entry.ports) {
      const same = other.ports.find(({ number }) => number === port.number);
      if (!same || spelling(same) === spelling(port)) continue;
      yield {
        code: 'AXC2107',
        severity: 'warning',
        message: `port ${port.number} of "${host}" is ${spelling(port) || 'without a protocol'} here, and ${spelling(same) || 'without one'} in ${nameOf(other)}: Istio takes one of the two for both`,
        hint: 'write the same protocol in both',
        on: entry.on,
        field: port.field.at('protocol').path,
      };
    }
  }
}

/** Each of them gets a virtual address of its own, on which the ports of the others are not there (istio#55776). */
function* splitPorts(host: string, entries: readonly Entry[]): Generator<ObjectFinding> {
  if (isWildcard(host)) return;
  for (const [entry, other] of pairs(entries)) {
    const missing = entry.ports.find(({ number }) => !other.ports.some((port) => port.number === number));
    const isAllocated = [entry, other].every(
      ({ spec, resolution }) => !spec.at('addresses').isSet && resolution !== 'NONE',
    );
    if (!missing || !isAllocated || !haveCommonClients(entry, other)) continue;
    yield {
      code: 'AXC2108',
      severity: 'warning',
      message: `port ${missing.number} of "${host}" is not in ${nameOf(other)}, which defines the same host: each of them gets its own virtual address, where the ports of the other don't answer`,
      hint: 'put all ports of a host into one ServiceEntry',
      on: entry.on,
      field: missing.field.path,
    };
  }
}

/** Each with the first one before it: enough to say that they collide, however many there are. */
const pairs = (entries: readonly Entry[]): [Entry, Entry][] => {
  const [first, ...others] = entries;
  return first ? others.filter((entry) => nameOf(entry) !== nameOf(first)).map((entry) => [entry, first]) : [];
};

const hostField = ({ spec }: Entry, host: string) =>
  spec.at('hosts').items.find(({ text }) => text === host)?.path ?? spec.at('hosts').path;

const spelling = ({ field }: Entry['ports'][number]): string => (field.at('protocol').text ?? '').toUpperCase();
