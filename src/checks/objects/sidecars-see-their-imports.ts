import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import type { Entry } from '../../objects/entries.ts';
import { patternsOf, scopedHost } from '../../objects/hosts.ts';
import { kinds } from '../../objects/kind-names.ts';
import { exportedTo, type Located, nameOf } from '../../objects/located.ts';
import { defineClusterCheck } from './object-check.ts';

/** A Sidecar with a list of hosts takes everything else away from its namespace. */
export const sidecarsSeeTheirImports = defineClusterCheck({
  codes: ['AXC2177'],
  *find(catalogue) {
    const imports = importsByNamespace(catalogue);
    for (const sidecar of catalogue.of(kinds.sidecar)) {
      if (sidecar.spec.at('workloadSelector').isSet) continue;
      const seen = seenBy(sidecar);
      const missed = seen && imports.get(sidecar.namespace)?.find((entry) => !isSeen(entry, seen));
      if (!missed) continue;
      const isClosed = sidecar.spec.at('outboundTrafficPolicy', 'mode').text === 'REGISTRY_ONLY';
      yield {
        code: 'AXC2177',
        severity: isClosed ? 'error' : 'warning',
        message: `${nameOf(missed)} is exported to ${sidecar.namespace}, and this Sidecar does not list "${missed.hosts[0]}": its pods ${isClosed ? 'get 502 (BlackHoleCluster)' : "don't know it"}`,
        hint: `add "${missed.namespace}/*" to \`egress[].hosts\``,
        on: sidecar.on,
        field: sidecar.spec.at('egress').path,
        mark: 'key',
      };
    }
  },
});

function importsByNamespace({ entries }: Catalogue): Map<string, Entry[]> {
  const pairs = entries.flatMap((entry) => (exportedTo(entry) ?? []).map((namespace) => ({ namespace, entry })));
  return new Map(
    [...grouped(pairs, ({ namespace }) => namespace)].map(([namespace, all]) => [
      namespace,
      all.map(({ entry }) => entry),
    ]),
  );
}

/** `namespace/host` of everything that is listed; undefined where nothing is. */
function seenBy({ spec, namespace }: Located): ReadonlySet<string> | undefined {
  const hosts = spec.at('egress').items.flatMap((listener) => listener.at('hosts').texts);
  if (hosts.length === 0) return undefined;
  return new Set(
    hosts.map(scopedHost).map((one) => `${one.namespace === '.' ? namespace : one.namespace}/${one.host}`),
  );
}

const isSeen = ({ hosts, namespace }: Entry, seen: ReadonlySet<string>): boolean =>
  hosts.some((host) =>
    patternsOf(host).some((pattern) => seen.has(`*/${pattern}`) || seen.has(`${namespace}/${pattern}`)),
  );
