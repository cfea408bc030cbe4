import { isJsonObject } from '../json.ts';
import type { KubeObject } from '../manifests/manifest.ts';
import { objectsOf, specOf, textsOf } from '../manifests/transition.ts';
import { hostFits } from './patterns.ts';

/** Whether a gateway passes connections for the name on that port: it looks at the SNI and at nothing else. */
export function passesOn(gateway: KubeObject, port: string, fqdn: string): boolean {
  const { exact, patterns } = readServers(gateway);
  return exact.has(`${port} ${fqdn}`) || patterns.some((one) => one.port === port && hostFits(one.host, fqdn));
}

/** `15443 orders-db.data.svc.cluster.local`, for every name that is not a pattern. */
export const serversOf = (gateway: KubeObject): ReadonlySet<string> => readServers(gateway).exact;

/** The same without the ports. */
export const hostsBehind = (gateway: KubeObject): ReadonlySet<string> => readServers(gateway).hosts;

interface Servers {
  readonly exact: ReadonlySet<string>;
  readonly hosts: ReadonlySet<string>;
  readonly patterns: readonly { readonly port: string; readonly host: string }[];
}

const read = new WeakMap<KubeObject, Servers>();

/** A Gateway has a server for every service, so it is read once. */
function readServers(gateway: KubeObject): Servers {
  const known = read.get(gateway);
  if (known) return known;
  const all = objectsOf(specOf(gateway).servers).flatMap(({ port, hosts, tls }) =>
    isJsonObject(tls) && tls.mode === 'AUTO_PASSTHROUGH'
      ? textsOf(hosts).map((host) => ({
          port: String(isJsonObject(port) ? port.number : ''),
          host: withoutNamespace(host),
        }))
      : [],
  );
  const named = all.filter(({ host }) => !host.startsWith('*'));
  const servers = {
    exact: new Set(named.map(({ port, host }) => `${port} ${host}`)),
    hosts: new Set(named.map(({ host }) => host)),
    patterns: all.filter(({ host }) => host.startsWith('*')),
  };
  read.set(gateway, servers);
  return servers;
}

/** `data/orders-db.data.svc.cluster.local` binds the Services of one Namespace only; the name says that already. */
const withoutNamespace = (host: string): string => host.slice(host.indexOf('/') + 1);
