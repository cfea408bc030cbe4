import type { Field } from './field.ts';
import { scopedHost } from './hosts.ts';
import type { Located } from './located.ts';

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
