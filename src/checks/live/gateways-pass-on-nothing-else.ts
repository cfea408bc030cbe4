import { eachLiveCluster, gapIn } from './live-check.ts';
import { covers, fullHost, isOf, refOf, selects } from './matching.ts';

/** Nobody else's Gateway on the same pods opens more, or takes our hosts away. */
export const gatewaysPassOnNothingElse = eachLiveCluster({
  title: 'other gateways',
  codes: ['AXC4027'],
  when: ({ federation, own }) => federation.exports.some(({ cluster }) => cluster === own),
  *find({ live, own: { name, gateway }, federation }) {
    if (gateway === undefined) return;
    yield* gapIn(live.gateways);
    const exported = federation.exports.filter(({ cluster }) => cluster.name === name).map(({ fqdn }) => fqdn);
    const pods = live.pods.items.filter(
      ({ namespace, labels }) => namespace === gateway.namespace && selects(gateway.selector, labels),
    );
    const labels = pods.length > 0 ? pods.map((pod) => pod.labels) : [gateway.selector];
    for (const other of live.gateways.items) {
      if (isOf(other, federation.name) || !labels.some((one) => selects(other.spec.selector, one))) continue;
      for (const { port, hosts, tls } of other.spec.servers) {
        if (port.number !== gateway.port) continue;
        const plain = hosts.map((host) => fullHost(host.split('/').at(-1) ?? host, other.metadata.namespace));
        const same = exported.find((host) => plain.includes(host));
        const wide = plain.find((host) => host.startsWith('*') && exported.some((one) => covers(host, one)));
        const object = refOf(live.cluster, other, 'spec.servers');
        if (wide !== undefined && tls?.mode === 'AUTO_PASSTHROUGH') {
          yield {
            code: 'AXC4027',
            severity: 'warning',
            message: `lets other clusters reach every Service that "${wide}" fits, not only what this spec exports`,
            hint: 'Name the exported hosts there, or remove it: AuthorizationPolicies do nothing at such a gateway.',
            object,
          };
        } else if (same !== undefined) {
          yield {
            code: 'AXC4027',
            severity: 'warning',
            message: `has the host ${same} on port ${port.number}, too: of two servers with one host Istio keeps the older one`,
            hint: 'Remove it there once this federation exports the host.',
            object,
          };
        }
      }
    }
  },
});
