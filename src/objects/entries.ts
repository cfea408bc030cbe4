import type { Field } from './field.ts';
import type { Located } from './located.ts';
import { type Port, protocolOf } from './protocols.ts';

/** A ServiceEntry. */
export interface Entry extends Located {
  readonly hosts: readonly string[];
  readonly ports: readonly Port[];
  readonly endpoints: readonly Field[];
  /** Empty where it has endpoints of its own, or none. */
  readonly selector: ReadonlyMap<string, string>;
  readonly isExternal: boolean;
  readonly resolution: string;
}

export function entryOf(located: Located): Entry {
  const { spec } = located;
  return {
    ...located,
    hosts: spec.at('hosts').texts,
    ports: spec.at('ports').items.flatMap(portOf),
    endpoints: spec.at('endpoints').items,
    selector: spec.at('workloadSelector', 'labels').labels,
    isExternal: spec.at('location').text !== 'MESH_INTERNAL',
    resolution: spec.at('resolution').text ?? 'NONE',
  };
}

/** The port of an endpoint that calls to a port of its entry arrive at. */
export const endpointPort = (endpoint: Field, { name, target, number }: Port): number | undefined =>
  (name === undefined ? undefined : endpoint.at('ports', name).number) ?? target ?? number;

/** Whether an entry leads to a gateway of another mesh, as far as it shows: port 15443, a network, or mesh TLS at the endpoint. */
export const isImport = ({ endpoints, ports }: Entry): boolean =>
  endpoints.some(
    (endpoint) =>
      endpoint.at('network').isSet ||
      endpoint.at('labels', 'security.istio.io/tlsMode').text === 'istio' ||
      ports.some((port) => endpointPort(endpoint, port) === passthroughPort),
  );

/** Where gateways listen for other meshes; a convention of Istio's samples and charts. */
export const passthroughPort = 15443;

/** None where it has no number: nobody can call it. */
function portOf(field: Field): Port[] {
  const number = field.at('number').number;
  if (number === undefined) return [];
  return [
    {
      field,
      name: field.at('name').text,
      number,
      target: field.at('targetPort').number ?? number,
      protocol: protocolOf(field.at('protocol').text),
    },
  ];
}
