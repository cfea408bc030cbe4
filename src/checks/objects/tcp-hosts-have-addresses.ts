import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import type { Entry } from '../../objects/entries.ts';
import { Field } from '../../objects/field.ts';
import { kinds } from '../../objects/kind-names.ts';
import { haveCommonClients, nameOf } from '../../objects/located.ts';
import type { Port } from '../../objects/protocols.ts';
import { defineClusterCheck } from './object-check.ts';

/** TCP has no host name: a sidecar tells services apart by address and port, and without an address by port alone. */
export const tcpHostsHaveAddresses = defineClusterCheck({
  codes: ['AXC2109'],
  analyzers: { AXC2109: 'IST0134' },
  *find(catalogue) {
    if (capturesDns(catalogue)) return;
    const ports = catalogue.entries
      .filter(hasNoAddress)
      .flatMap((entry) => entry.ports.filter(isTcp).map((port) => ({ entry, port })));
    for (const sharing of grouped(ports, ({ port }) => String(port.number)).values()) {
      for (const { entry, port } of sharing) {
        const other = sharing
          .slice(0, shown)
          .find((one) => one.entry.hosts[0] !== entry.hosts[0] && haveCommonClients(one.entry, entry));
        yield {
          code: 'AXC2109',
          severity: other ? 'warning' : 'info',
          message: other
            ? `without \`addresses\`, calls to port ${port.number} can't be told from those to "${other.entry.hosts[0]}" (${nameOf(other.entry)}): without DNS capture both go to one of the two`
            : `without \`addresses\`, a sidecar without DNS capture takes every connection to port ${port.number}, whatever its address, for this service`,
          hint: 'add a virtual address under `addresses`, or turn on DNS capture (ISTIO_META_DNS_CAPTURE) for the clients',
          on: entry.on,
          field: port.field.path,
        };
      }
    }
  },
});

/** Enough to name one of those that share a port, however many there are. */
const shown = 20;

const hasNoAddress = ({ spec, on }: Entry): boolean =>
  !spec.at('addresses').isSet && !new Field(on.object).at('status', 'addresses').isSet;

const isTcp = ({ protocol, field }: Port): boolean =>
  protocol === 'tcp' || (protocol === 'unknown' && !field.at('protocol').isSet);

/** Said for the whole mesh, or for the workloads of some ProxyConfig: then somebody has thought of it. */
function capturesDns(catalogue: Catalogue): boolean {
  const variables = [
    ...catalogue.of(kinds.proxyConfig).map(({ spec }) => spec.at('environmentVariables')),
    ...(catalogue.mesh ? [catalogue.mesh.config.at('defaultConfig', 'proxyMetadata')] : []),
  ];
  return variables.some((map) => map.at('ISTIO_META_DNS_CAPTURE').text === 'true');
}
