import { dump } from 'js-yaml';

const clusters = {
  'cluster-a': { trustDomain: 'cluster-a.example', gateway: { addresses: ['203.0.113.10'] } },
  'cluster-b': { trustDomain: 'cluster-b.example', gateway: { addresses: ['203.0.113.20'] } },
};

/** A spec of so many HTTP services, half of them in each cluster; each makes five objects, and a few stand for all. */
export function specOf(services: number): string {
  const entries = Array.from({ length: services }, (_, n) => {
    const [provider, consumer] = n % 2 === 0 ? ['cluster-b', 'cluster-a'] : ['cluster-a', 'cluster-b'];
    const name = `service-${String(n).padStart(5, '0')}`;
    return [
      name,
      {
        port: { number: 80, targetPort: 8080, protocol: 'HTTP' },
        providers: { [provider]: { namespace: 'backend', workload: { app: name }, serviceAccounts: [name] } },
        consumers: [{ cluster: consumer, namespace: 'shop', serviceAccount: 'frontend' }],
        localCallers: [],
        traffic: { timeout: '10s' },
      },
    ];
  });
  return dump({
    apiVersion: 'aegis-xc.dev/v1alpha1',
    kind: 'Federation',
    metadata: { name: 'benchmark' },
    clusters,
    services: Object.fromEntries(entries),
  });
}
