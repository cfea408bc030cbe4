import type { Field } from './field.ts';
import { fullHost } from './hosts.ts';
import type { Located } from './located.ts';

export interface VirtualService extends Located {
  readonly hosts: readonly string[];
  /** The gateways that it names, but for `mesh`. */
  readonly gateways: readonly Field[];
  /** Whether sidecars use it. */
  readonly isForMesh: boolean;
  readonly destinations: readonly Destination[];
}

/** Where a route of it leads. */
export interface Destination {
  readonly field: Field;
  readonly host: string;
  readonly port: number | undefined;
  readonly subset: string | undefined;
  readonly protocol: 'http' | 'tls' | 'tcp';
}

export function virtualServiceOf(located: Located): VirtualService {
  const { spec, namespace } = located;
  const gateways = spec.at('gateways').items;
  const named = gateways.filter(({ text }) => text !== undefined && text !== 'mesh');
  return {
    ...located,
    hosts: spec.at('hosts').texts.map((host) => fullHost(host, namespace)),
    gateways: named,
    isForMesh: gateways.length === 0 || gateways.some(({ text }) => text === 'mesh'),
    destinations: protocols.flatMap((protocol) =>
      spec
        .at(protocol)
        .items.flatMap((route) => [
          ...route.at('route').items.map((entry) => entry.at('destination')),
          ...(route.at('mirror').isSet ? [route.at('mirror')] : []),
          ...route.at('mirrors').items.map((entry) => entry.at('destination')),
        ])
        .filter((field) => field.at('host').text !== undefined)
        .map((field) => ({
          field,
          host: fullHost(field.at('host').text ?? '', namespace),
          port: field.at('port', 'number').number,
          subset: field.at('subset').text,
          protocol,
        })),
    ),
  };
}

const protocols = ['http', 'tls', 'tcp'] as const;

/** `namespace/name` of a gateway that a VirtualService names. */
export const gatewayKey = (text: string, namespace: string): string =>
  text.includes('/') ? text : `${namespace}/${text}`;
