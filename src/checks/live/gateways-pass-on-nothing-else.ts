import { covers, fullHost } from '../../objects/hosts.ts';
import { atAll, eachLiveCluster, gapIn } from './live-check.ts';
import { isOf, refOf, selects } from './matching.ts';

/** Nobody else's Gateway on the same pods opens more, or takes our hosts away. */
export const gatewaysPassOnNothingElse = eachLiveCluster({
  title: 'other gateways',
  codes: ['AXC4027'],
  when: ({ federation, own }) => federation.exports.some(({ cluster }) => cluster === own),
  *find({ live, own: { name, gateway }, federation }) {
    if (gateway === undefined) return;
    yield* gapIn(live.gateways);
    const exported = federation.exports.filter(({ cluster }) => cluster.name === name);
    const pods = live.pods.items.filter(
      ({ namespace, labels }) => namespace === gateway.namespace && selects(gateway.selector, labels),
    );
    const labels = pods.length > 0 ? pods.map((pod) => pod.labels) : [gateway.selector];
    for (const other of live.gateways.items) {
      if (isOf(other, federation.name) || !labels.some((one) => selects(other.spec.selector, one))) continue;
      for (const { port, hosts, tls } of other.spec.servers) {
        if (port.number !== gateway.port) continue;
        const plain = hosts.map((host) => fullHost(host.split('/').at(-1) ?? host, other.metadata.namespace));
        const same = exported.filter(({ fqdn }) => plain.includes(fqdn));
        const wide = plain.find((host) => host.startsWith('*') && exported.some(({ fqdn }) => covers(host, fqdn)));
        const object = refOf(live.cluster, other, 'spec.servers');
        if (wide !== undefined && tls?.mode === 'AUTO_PASSTHROUGH') {
          yield {
            code: 'AXC4027',
            message: `passes every Service on that "${wide}" fits, and so what this spec exports, too: Envoy refuses a listener with two chains for one name, and nothing new arrives`,
            hint: 'Name the hosts there that it is for, without those of this spec, or remove it. AuthorizationPolicies do nothing at such a gateway.',
            object,
            ...atAll(exported.filter(({ fqdn }) => covers(wide, fqdn))),
          };
        } else if (same.length > 0) {
          yield {
            code: 'AXC4027',
            severity: 'warning',
            message: `has the host ${same[0]?.fqdn} on port ${port.number}, too: of two servers with one host Istio keeps the older one`,
            hint: 'Remove it there once this federation exports the host.',
            object,
            ...atAll(same),
          };
        }
      }
    }
  },
});
