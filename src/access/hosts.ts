import type { KubeObject } from '../manifests/manifest.ts';
import { listOf, specOf, textsOf } from '../manifests/transition.ts';
import { fullHost } from '../objects/hosts.ts';

/** The hosts that an object is about. A short name is a Service beside it, but in a ServiceEntry, whose hosts are what they are. */
export function hostsOf({ kind, metadata, spec }: KubeObject): readonly string[] {
  const { host, hosts } = specOf({ spec });
  const all = textsOf([host ?? null, ...listOf(hosts)]);
  return kind === 'ServiceEntry' ? all : all.map((one) => fullHost(one, metadata.namespace ?? ''));
}

/** Whether an object is exported to a Namespace; without `exportTo` it is to all. */
export function isSeen(object: KubeObject, namespace: string): boolean {
  const { exportTo } = specOf(object);
  if (exportTo === undefined || listOf(exportTo).length === 0) return true;
  const names = textsOf(exportTo);
  return (
    names.includes(namespace) || names.includes('*') || (names.includes('.') && object.metadata.namespace === namespace)
  );
}
