import type { Container, Pod } from './pod.ts';

/** What a pod knows about itself once it has an address. */
export interface Place {
  readonly podIP: string;
  readonly hostIP: string;
}

/** The variables of a container, as a kubelet works them out. */
export function environmentOf(container: Container, pod: Pod, place: Place): Record<string, string> {
  const values: Record<string, string> = {};
  for (const { name, value, valueFrom } of container.env) {
    if (value !== undefined) values[name] = expand(value, values);
    else if (valueFrom?.fieldRef) values[name] = fieldOf(pod, place, valueFrom.fieldRef.fieldPath);
    else if (valueFrom?.resourceFieldRef) values[name] = limitOf(container, valueFrom.resourceFieldRef.resource);
  }
  return values;
}

/** `$(POD_NAMESPACE).svc.cluster.local`, in arguments and in values that come after the one they name. */
export const expand = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(/\$\(([A-Za-z_][A-Za-z0-9_]*)\)/g, (whole, name: string) => values[name] ?? whole);

function fieldOf({ metadata, spec }: Pod, { podIP, hostIP }: Place, path: string): string {
  const [, map, key] = /^metadata\.(labels|annotations)\['(.*)'\]$/.exec(path) ?? [];
  if (map !== undefined && key !== undefined) return metadata[map === 'labels' ? 'labels' : 'annotations'][key] ?? '';
  const fields: Readonly<Record<string, string>> = {
    'metadata.name': metadata.name,
    'metadata.namespace': metadata.namespace,
    'metadata.uid': metadata.uid,
    'spec.nodeName': spec.nodeName ?? nodeName,
    'spec.serviceAccountName': spec.serviceAccountName,
    'status.podIP': podIP,
    'status.podIPs': podIP,
    'status.hostIP': hostIP,
  };
  return fields[path] ?? '';
}

export const nodeName = 'node';

/** Without a limit, what the node has: here two processors and a gigabyte for each container. */
function limitOf({ resources }: Container, resource: string): string {
  const limit = String(resources?.limits[resource.replace(/^limits\./, '')] ?? '');
  if (resource.endsWith('cpu')) return String(Math.max(1, Math.ceil(cpus(limit || '2'))));
  return String(bytes(limit || '1Gi'));
}

const cpus = (quantity: string): number =>
  quantity.endsWith('m') ? Number(quantity.slice(0, -1)) / 1000 : Number(quantity);

function bytes(quantity: string): number {
  const [, number = '0', unit = ''] = /^([\d.]+)([KMG]i?)?$/.exec(quantity) ?? [];
  const base = unit.endsWith('i') ? 1024 : 1000;
  return Number(number) * base ** ' KMG'.indexOf(unit[0] ?? ' ');
}
