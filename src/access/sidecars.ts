import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { hostFits } from './patterns.ts';

interface Sought {
  /** Of the caller. */
  readonly namespace: string;
  readonly host: string;
  /** The Namespace of the Service or ServiceEntry. */
  readonly home: string;
  readonly rootNamespace: string;
}

/** The Sidecar that hides a host from the proxies of a Namespace. One for some pods only is not counted. */
export function hidingSidecar(sidecars: readonly KubeObject[], sought: Sought): KubeObject | undefined {
  const whole = sidecars.filter((sidecar) => specOf(sidecar).workloadSelector === undefined);
  const of = (namespace: string): KubeObject | undefined =>
    whole.find(({ metadata }) => metadata.namespace === namespace);
  const sidecar = of(sought.namespace) ?? of(sought.rootNamespace);
  return sidecar && isHidden(sidecar, sought) ? sidecar : undefined;
}

/** `egress` lists hosts as `namespace/host`; without it everything is seen. */
function isHidden(sidecar: KubeObject, { namespace, host, home }: Sought): boolean {
  const { egress } = specOf(sidecar);
  const hosts = objectsOf(egress).flatMap((listener) => textsOf(listener.hosts));
  if (hosts.length === 0) return false;
  return !hosts.some((one) => {
    const [place = '', pattern = ''] = one.split('/');
    const isThere = place === '*' || place === home || (place === '.' && home === namespace);
    return isThere && hostFits(pattern, host);
  });
}
