import { eachCluster, isUnread } from './live-check.ts';

/** Istio's webhook refuses what is wrong. It is installed failing open: without istiod everything is accepted. */
export const istioLooksAtWrites = eachCluster({
  title: 'webhook',
  codes: ['AXC4012', 'AXC4013'],
  *find({ site: { cluster, webhook, observation } }) {
    if (webhook === undefined || isUnread(webhook)) return yield webhook ?? { unread: 'nobody has asked' };
    if (webhook === 'alive') return;
    if (observation?.withoutIstio) {
      return yield {
        code: 'AXC4013',
        severity: 'warning',
        message: `${cluster} knows the kinds of Istio, but there is no Istio: objects are kept, and nothing acts on them`,
        hint: 'Is it the right context? Otherwise install Istio there; what was applied holds from then on.',
        at: ['clusters', cluster],
      };
    }
    yield {
      code: 'AXC4012',
      message: `Istio's validation in ${cluster} does not answer: an object that it must refuse was accepted in a dry run`,
      hint: 'Look whether istiod runs, and at `kubectl get validatingwebhookconfigurations`. To go on all the same, once: --allow AXC4012.',
      at: ['clusters', cluster],
    };
  },
});
