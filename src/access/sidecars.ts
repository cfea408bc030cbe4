import { isJsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { type Barrier, barrierOf } from './barrier.ts';
import { hostsOf, isSeen } from './hosts.ts';
import { hostFits } from './patterns.ts';
import type { Kind, Site } from './sites.ts';

/**
 * The Sidecars that hide a host from the proxies of a Namespace. One for some of the pods comes before the one for all of them, and
 * that before the one of the mesh (`doGetSidecarScope` in `pilot/pkg/model/push_context.go`); which labels a caller's pods have, no
 * file tells. The host is the one that is dialled: what its VirtualService leads to comes with it (`collectImportedServices` in
 * `pilot/pkg/model/sidecar.go`).
 */
export function hidingSidecars(site: Site, namespace: string, host: string): Barrier {
  const sought = { namespace, host, homes: homesOf(host, namespace, site) };
  const within = (place: string): readonly KubeObject[] => site.within('Sidecar', place);
  const ofAll = (place: string): KubeObject | undefined => within(place).find((one) => labelsOf(one).length === 0);
  const usual = ofAll(namespace) ?? ofAll(site.mesh.rootNamespace);
  const hides = (sidecar: KubeObject | undefined): boolean => sidecar !== undefined && isHidden(sidecar, sought);
  const others = within(namespace).filter((one) => labelsOf(one).length > 0 && hides(one) !== hides(usual));
  const labels = others.map((one) => labelsOf(one).join(',')).join(' or ');
  return barrierOf([...others, usual], hides, `whether the caller's pods have the labels ${labels}`);
}

/** Where a host is defined that the Namespace sees; one that no ServiceEntry has, by the VirtualService that routes it. */
function homesOf(host: string, namespace: string, site: Site): readonly string[] {
  const namespaces = (kind: Kind): string[] =>
    site
      .about(kind, host)
      .filter((one) => hostsOf(one).includes(host) && isSeen(one, namespace))
      .map(({ metadata }) => metadata.namespace ?? '');
  const entries = namespaces('ServiceEntry');
  if (entries.length > 0) return entries;
  return host.endsWith('.svc.cluster.local') ? [host.split('.')[1] ?? ''] : namespaces('VirtualService');
}

/** `app=web`, of the pods that it is for; none: for all of them. */
function labelsOf(sidecar: KubeObject): string[] {
  const { workloadSelector } = specOf(sidecar);
  const labels = isJsonObject(workloadSelector) ? workloadSelector.labels : undefined;
  return Object.entries(isJsonObject(labels) ? labels : {}).map(([key, value]) => `${key}=${String(value)}`);
}

interface Sought {
  /** Of the caller. */
  readonly namespace: string;
  readonly host: string;
  /** The Namespaces of its Service or ServiceEntries. */
  readonly homes: readonly string[];
}

/** `egress` lists hosts as `namespace/host`; without it everything is seen. */
function isHidden(sidecar: KubeObject, { namespace, host, homes }: Sought): boolean {
  const { egress } = specOf(sidecar);
  const hosts = objectsOf(egress).flatMap((listener) => textsOf(listener.hosts));
  if (hosts.length === 0) return false;
  return !hosts.some((one) => {
    const [place = '', pattern = ''] = one.split('/');
    const isThere = homes.some((home) => place === '*' || place === home || (place === '.' && home === namespace));
    return isThere && hostFits(pattern, host);
  });
}
