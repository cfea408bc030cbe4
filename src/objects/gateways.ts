import type { Field } from './field.ts';
import { covers, scopedHost } from './hosts.ts';
import type { Located } from './located.ts';
import { protocolOf } from './protocols.ts';

/** One server of a Gateway. */
export interface Server extends Located {
  readonly field: Field;
  readonly port: number | undefined;
  readonly protocol: string;
  /** Undefined where it has no TLS. */
  readonly tlsMode: string | undefined;
  /** Those of the pods that serve it. */
  readonly labels: ReadonlyMap<string, string>;
}

/** A host that a gateway lets other meshes call without ending their TLS. */
export interface Exposed {
  readonly server: Server;
  readonly field: Field;
  readonly host: string;
}

export const serversOf = (located: Located): Server[] =>
  located.spec.at('servers').items.map((field) => ({
    ...located,
    field,
    port: field.at('port', 'number').number,
    protocol: (field.at('port', 'protocol').text ?? '').toUpperCase(),
    tlsMode: field.at('tls').isSet ? (field.at('tls', 'mode').text ?? 'PASSTHROUGH') : undefined,
    labels: located.spec.at('selector').labels,
  }));

/** A namespace before the host is not looked at in this mode. */
export const exposedBy = (servers: readonly Server[]): Exposed[] =>
  servers
    .filter(({ tlsMode }) => tlsMode === 'AUTO_PASSTHROUGH')
    .flatMap((server) =>
      server.field
        .at('hosts')
        .items.flatMap((field) =>
          field.text === undefined ? [] : [{ server, field, host: scopedHost(field.text).host }],
        ),
    );

/**
 * Whether a VirtualService of this namespace gets the requests for `host` from a server: `namespace/host` admits those of that
 * namespace only, `./host` those of the Gateway's own.
 */
export const offers = (server: Server, host: string, namespace: string): boolean =>
  server.field.at('hosts').texts.some((text) => {
    const offered = scopedHost(text);
    const from = offered.namespace === '.' ? server.namespace : offered.namespace;
    const isAdmitted = from === '*' || from === namespace || namespace === '';
    return isAdmitted && (covers(offered.host, host) || covers(host, offered.host));
  });

/** The routes that a server uses, as `pilot/pkg/networking/core/gateway.go` builds its listener. */
export function routesOf({ protocol, tlsMode }: Server): 'http' | 'tls' | 'tcp' | 'none' {
  const isPassedOn = tlsMode === 'PASSTHROUGH' || tlsMode === 'AUTO_PASSTHROUGH';
  if (protocolOf(protocol) === 'http' || (protocol === 'HTTPS' && !isPassedOn)) return 'http';
  if (tlsMode === 'AUTO_PASSTHROUGH') return 'none';
  return isPassedOn ? 'tls' : 'tcp';
}
