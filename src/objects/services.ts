import { Field } from './field.ts';
import { serviceHost } from './hosts.ts';
import type { Located } from './located.ts';
import { type Port, type Protocol, protocolOf } from './protocols.ts';

export interface Service extends Located {
  readonly hosts: readonly [string];
  readonly ports: readonly Port[];
  /** Empty where it has none: its endpoints are written by somebody else. */
  readonly selector: ReadonlyMap<string, string>;
  /** The same, as what is looked up by. */
  readonly labels: ReadonlyMap<string, string>;
  readonly isExternalName: boolean;
  /** What its annotation `networking.istio.io/exportTo` says. */
  readonly exportTo: readonly string[];
}

export function serviceOfObject(located: Located): Service {
  const { on, namespace, spec } = located;
  return {
    ...located,
    hosts: [serviceHost(on.name, namespace)],
    ports: spec.at('ports').items.flatMap(portOf),
    selector: spec.at('selector').labels,
    labels: spec.at('selector').labels,
    isExternalName: spec.at('type').text === 'ExternalName',
    exportTo: (new Field(on.object).at('metadata', 'annotations', 'networking.istio.io/exportTo').text ?? '')
      .split(',')
      .map((to) => to.trim())
      .filter((to) => to !== ''),
  };
}

/** None where it has no number: nobody can call it. */
function portOf(field: Field): Port[] {
  const name = field.at('name').text;
  const number = field.at('port').number;
  if (number === undefined) return [];
  const transport = field.at('protocol').text ?? 'TCP';
  return [
    {
      field,
      name,
      number,
      target: field.at('targetPort').isSet ? field.at('targetPort').number : number,
      protocol: transport === 'UDP' ? 'udp' : servicePortProtocol(field.at('appProtocol').text ?? name, number),
    },
  ];
}

/** `ConvertProtocol` in `pkg/config/kube/conversion.go`: the name up to its first hyphen, and four ports that are never HTTP. */
function servicePortProtocol(name: string | undefined, number: number | undefined): Protocol {
  const known = name?.toLowerCase().startsWith('grpc-web') ? 'http' : protocolOf(name?.split('-', 1)[0]);
  return known === 'unknown' && serverFirstPorts.has(number) ? 'tcp' : known;
}

export const serverFirstPorts: ReadonlySet<number | undefined> = new Set([25, 53, 3306, 27017]);
