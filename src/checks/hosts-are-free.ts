import { hostsOf } from '../spec/hosts.ts';
import type { FederationSpec } from '../spec/schema.ts';
import { providersOf, servicesOf } from '../spec/services.ts';
import { defineCheck } from './check.ts';

/** A federated host takes nothing away: not a name of the cluster's own DNS, not the API server, not istiod. */
export const hostsAreFree = defineCheck({
  evidence: 'spec',
  codes: ['AXC1306'],
  *find(spec) {
    const namespaces = namespacesOf(spec);
    for (const { host, at, mark } of hostsOf(spec)) {
      const owner = ownerOf(host, namespaces);
      if (owner === undefined) continue;
      yield {
        code: 'AXC1306',
        message: `"${host}" belongs to ${owner}: a federated host would take its calls away`,
        hint:
          mark === 'key'
            ? 'give the service a `host`, such as catalog.xc.global'
            : 'choose a host of your own, such as catalog.xc.global',
        at,
        mark,
        looksAt:
          mark === 'key'
            ? [
                [...at, '*'],
                [...at, 'providers', '*'],
              ]
            : [],
      };
    }
  },
});

function ownerOf(host: string, namespaces: ReadonlySet<string>): string | undefined {
  if (/(?:^|\.)localhost$/.test(host)) return 'the own machine';
  if (host === 'metadata.google.internal') return 'the metadata service of a cloud';
  // With another domain than cluster.local too: <service>.<namespace>.svc.<domain>.
  if (/\.svc$|\.cluster\.local$|^(?:[^.]+\.){2,}svc\./.test(host)) return "the cluster's own DNS";
  const [, namespace, ...rest] = host.split('.');
  const isShort = rest.length === 0 && namespace !== undefined && namespaces.has(namespace);
  return isShort ? `the Services of the namespace "${namespace}"` : undefined;
}

/** `backend.default` is a Service to every pod: its search domains complete it. */
const namespacesOf = (spec: FederationSpec): Set<string> =>
  new Set([
    'default',
    'kube-system',
    'kube-public',
    'istio-system',
    ...servicesOf(spec).flatMap((named) => [
      ...providersOf(named).map(({ provider }) => provider.namespace),
      ...named.service.consumers.map(({ namespace }) => namespace),
    ]),
  ]);
