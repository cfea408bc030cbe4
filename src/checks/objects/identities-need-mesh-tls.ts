import { kinds } from '../../objects/kind-names.ts';
import { LabelIndex } from '../../objects/label-index.ts';
import { nameOf } from '../../objects/located.ts';
import type { PolicyRule } from '../../objects/policies.ts';
import { defineClusterCheck } from './object-check.ts';

/** Without mesh TLS a caller has no identity. */
export const identitiesNeedMeshTls = defineClusterCheck({
  codes: ['AXC2176'],
  *find(catalogue) {
    const peers = catalogue
      .of(kinds.peerAuthentication)
      .map((peer) => ({ ...peer, labels: peer.spec.at('selector', 'matchLabels').labels }));
    const selecting = new LabelIndex(peers);
    const defaults = new Map(peers.filter(({ labels }) => labels.size === 0).map((peer) => [peer.namespace, peer]));
    for (const { on, namespace, selector, action, rules } of catalogue.policies) {
      const source = rules.flatMap(identitySource)[0];
      if (action !== 'ALLOW' || !source) continue;
      const closest =
        selecting.within(selector).find((peer) => peer.namespace === namespace) ?? defaults.get(namespace);
      if (closest?.spec.at('mtls', 'mode').text !== 'DISABLE') continue;
      yield {
        code: 'AXC2176',
        message: `${nameOf(closest)} turns mesh TLS off for these pods: no caller has an identity there, and this rule allows nobody`,
        hint: 'write `mode: STRICT` there, or name callers by something else',
        on,
        field: source.path,
        mark: 'key',
      };
    }
  },
});

const identitySource = ({ sources }: PolicyRule) =>
  sources.flatMap((source) =>
    ['principals', 'namespaces', 'serviceAccounts'].map((name) => source.at(name)).filter(({ isSet }) => isSet),
  );
