import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { script } from './shell.ts';
import type { Ground, Site } from './topology.ts';

/**
 * A network namespace for each hub, in which a bridge joins the pods of its cluster, and one for the WAN, which joins the
 * hubs. Pods get to the WAN through their hub, which hides their addresses; there is no way back, so the only thing of
 * another cluster that anybody reaches is its gateway, which has an address of its own on the WAN.
 */
export async function layNetwork({ wanNetns, sites }: Ground): Promise<void> {
  await script(`
    ip netns add ${wanNetns}
    ip -n ${wanNetns} link add sw type bridge
    ip -n ${wanNetns} link set sw up`);
  for (const site of sites) await layHub(site, wanNetns);
}

/** The MAC of a bridge has to be fixed: otherwise it changes with its ports, and pods talk to a stale one for 30 s. */
async function layHub({ hubNetns, hub, outgoing, prefix, name }: Site, wanNetns: string): Promise<void> {
  await script(`
    ip netns add ${hubNetns}
    ip -n ${hubNetns} link set lo up
    ip -n ${hubNetns} link add sw address ${macOf('00', prefix)} type bridge
    ip -n ${hubNetns} addr add ${hub}/16 dev sw
    ip -n ${hubNetns} link set sw up
    ip link add wan netns ${hubNetns} type veth peer name ${interfaceOf('hub', name)} netns ${wanNetns}
    ip -n ${wanNetns} link set ${interfaceOf('hub', name)} master sw up
    ip -n ${hubNetns} addr add ${outgoing}/24 dev wan
    ip -n ${hubNetns} link set wan up
    ip -n ${hubNetns} route add ${gateways} dev wan
    ip netns exec ${hubNetns} sysctl -qw net.ipv4.ip_forward=1
    ip netns exec ${hubNetns} iptables -w -t nat -A POSTROUTING -o wan -j MASQUERADE`);
}

const gateways = '203.0.113.0/24';
const callers = '198.51.100.0/24';

export interface Plug {
  readonly netns: string;
  readonly address: string;
  /** Unique in its hub. */
  readonly port: string;
  readonly namespace: string;
}

/** The network of a pod. What it looks up goes to the DNS server at the hub; istiod is there too, under its usual name. */
export async function plugIn(site: Site, { netns, address, port, namespace }: Plug): Promise<void> {
  await writeResolver(site, netns, namespace);
  await script(`
    ip netns add ${netns}
    ip link add eth0 netns ${netns} type veth peer name ${port} netns ${site.hubNetns}
    ip -n ${site.hubNetns} link set ${port} master sw up
    ip -n ${netns} link set lo up
    ip -n ${netns} addr add ${address}/16 dev eth0
    ip -n ${netns} link set eth0 up
    ip -n ${netns} route add default via ${site.hub}`);
}

/** The second leg of a gateway. Its MAC follows from the address, or after a restart the others would look for the old one for a while. */
export const plugIntoWan = (address: string, netns: string, wanNetns: string): Promise<string> =>
  script(`
    ip link add wan address ${macOf('01', address)} netns ${netns} type veth \\
      peer name ${interfaceOf('gw', netns)} netns ${wanNetns}
    ip -n ${wanNetns} link set ${interfaceOf('gw', netns)} master sw up
    ip -n ${netns} addr add ${address}/24 dev wan
    ip -n ${netns} link set wan up
    ip -n ${netns} route add ${callers} dev wan`);

/** Ends what still runs in it as well. */
export async function unplug(netns: string): Promise<void> {
  await script(`
    ip netns pids ${netns} 2>/dev/null | xargs -r kill -9 2>/dev/null || true
    ip netns del ${netns} 2>/dev/null || true`);
  await rm(join('/etc/netns', netns), { recursive: true, force: true });
}

/** `ip netns exec` puts the files of this folder in the place of those of /etc. */
async function writeResolver({ hub }: Site, netns: string, namespace: string): Promise<void> {
  const folder = join('/etc/netns', netns);
  await mkdir(folder, { recursive: true });
  const search = [namespace, ''].map((part) => [part, 'svc.cluster.local'].filter(Boolean).join('.'));
  const resolver = ['nameserver', hub].join(' ');
  await writeFile(
    join(folder, 'resolv.conf'),
    `${resolver}\nsearch ${search.join(' ')} cluster.local\noptions ndots:5 timeout:1 attempts:2\n`,
  );
  await writeFile(join(folder, 'hosts'), `127.0.0.1 localhost\n${hub} istiod.istio-system.svc\n`);
}

/** By the last number, which has two digits: `10.20` -> `02:00:00:00:00:20` */
const macOf = (kind: string, address: string): string =>
  `02:00:00:00:${kind}:${address.replace(/^.*\./, '').padStart(2, '0')}`;

/** At most 15 characters. */
function interfaceOf(kind: string, name: string): string {
  return `${kind}-${name.replace(/^(axc-|cluster-)/, '')}`.slice(0, 15);
}
