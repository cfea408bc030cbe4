import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Names and addresses of one cluster of a mesh bench; everything follows from its name and its place in the list. */
export interface Site {
  readonly name: string;
  readonly network: string;
  readonly trustDomain: string;
  /** `10.10`: all pods, and the hub in the middle of them. */
  readonly prefix: string;
  readonly hub: string;
  /** What others see as the source of the calls of this cluster. */
  readonly outgoing: string;
  /** Where others reach its east-west gateway. */
  readonly gateway: string;
  /** The network namespace of the hub. */
  readonly hubNetns: string;
  /** State of this cluster: istiod, pods, logs. */
  readonly folder: string;
}

/** Where everything of one mesh bench is, so that all of it can be found again and removed. */
export interface Ground {
  /** Four letters that all names of network namespaces begin with, after `axc-`. */
  readonly id: string;
  readonly folder: string;
  readonly wanNetns: string;
  readonly sites: readonly Site[];
}

/**
 * The addresses of the gateways, and those that calls come from, are the ones in `examples/`, so that the examples can
 * be applied as they are. All of them exist inside network namespaces only.
 */
export function planGround(clusters: readonly string[]): Ground {
  const id = randomBytes(2).toString('hex');
  const folder = join(tmpdir(), `${folderPrefix}${id}`);
  const sites = clusters.map((name, index) => planSite(name, index + 1, { id, folder }));
  return { id, folder, wanNetns: `axc-${id}-wan`, sites };
}

export const folderPrefix = 'aegis-xc-mesh-';

function planSite(name: string, n: number, { id, folder }: { id: string; folder: string }): Site {
  return {
    name,
    network: name.replace(/^cluster/, 'network'),
    trustDomain: `${name}.example`,
    prefix: `10.${n * 10}`,
    hub: `10.${n * 10}.0.1`,
    outgoing: `198.51.100.${n * 10}`,
    gateway: `203.0.113.${n * 10}`,
    hubNetns: `axc-${id}-${n}`,
    folder: join(folder, name),
  };
}

/** An annotation of a pod: the address that it has on the WAN as well, as a gateway that a load balancer leads to. */
export const wanAddress = 'mesh-bench/wan-address';

/** Pods in the order in which they come; an address is not used again, as proxies remember them for a while. */
export const podAddress = ({ prefix }: Site, n: number): string => `${prefix}.${1 + (n >> 8)}.${n & 255}`;
export const podNetns = ({ hubNetns }: Site, n: number): string => `${hubNetns}-${n}`;

/** The folder of a pod: `pod.json`, logs, what its containers mount. */
export const podFolder = (site: Site, namespace: string, name: string): string =>
  join(site.folder, 'pods', namespace, name);
