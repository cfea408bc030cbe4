import type { Code } from '../../codes.ts';
import { covers, fullHost } from '../../objects/hosts.ts';
import { type Answer, atAll, eachLiveCluster, gapIn, rootNamespaceOf, type WithLive } from './live-check.ts';
import { isOf, isVisibleIn, refOf } from './matching.ts';

/**
 * Of several DestinationRules that fit a host Istio takes the one in the caller's Namespace, then the one beside the service. So
 * one in a caller's Namespace takes the place of ours, and with it the name and the identity that the connection asks for.
 */
export const destinationRulesAreOurs = eachLiveCluster({
  title: 'DestinationRules',
  codes: ['AXC4038'] satisfies readonly Code[],
  *find(evidence) {
    yield* gapIn(evidence.live.destinationRules);
    for (const rule of evidence.live.destinationRules.items) {
      if (isOf(rule, evidence.federation.name)) continue;
      yield* shadowsImport(rule, evidence);
      yield* closesExport(rule, evidence);
    }
  },
});

type Rule = WithLive['live']['destinationRules']['items'][number];

function* shadowsImport(rule: Rule, { federation, own, live }: WithLive): Iterable<Answer> {
  const pattern = fullHost(rule.spec.host, rule.metadata.namespace);
  const all = federation.imports.filter(
    ({ cluster, host, exportTo, destination }) =>
      cluster === own &&
      destination !== undefined &&
      exportTo.includes(rule.metadata.namespace) &&
      covers(pattern, host),
  );
  const [shadowed] = all;
  if (shadowed === undefined) return;
  yield {
    code: 'AXC4038',
    message: `fits ${shadowed.host}, and comes before the rule of this federation for the callers in ${rule.metadata.namespace}: their calls would go out without the right server name and identity`,
    hint: 'Make its host narrower, or move it out of that Namespace.',
    object: refOf(live.cluster, rule, 'spec.host'),
    ...atAll(all),
  };
}

/** The gateway passes connections on only to pods that it takes for mTLS-capable. */
function* closesExport(rule: Rule, { federation, own, live }: WithLive): Iterable<Answer> {
  const { tls, portLevelSettings = [] } = rule.spec.trafficPolicy ?? {};
  const modes = [tls, ...portLevelSettings.map((port) => port.tls)].flatMap((one) => one?.mode ?? []);
  const mode = modes.find((one) => one !== 'ISTIO_MUTUAL');
  if (mode === undefined || rule.spec.workloadSelector !== undefined) return;
  const pattern = fullHost(rule.spec.host, rule.metadata.namespace);
  const { namespace: home } = rule.metadata;
  const all = federation.exports.filter(
    ({ cluster, fqdn, namespace, gateway }) =>
      cluster === own &&
      covers(pattern, fqdn) &&
      [gateway.namespace, namespace, rootNamespaceOf(live)].includes(home) &&
      isVisibleIn(gateway.namespace, home, rule.spec.exportTo),
  );
  const [closed] = all;
  if (closed === undefined) return;
  yield {
    code: 'AXC4038',
    message: `sets TLS mode ${mode} for ${closed.fqdn} and is seen by the gateway, which then passes no call from other clusters on`,
    hint: `Set \`exportTo\` there so that ${closed.gateway.namespace} does not see it, or the mode ISTIO_MUTUAL.`,
    object: refOf(live.cluster, rule, 'spec.trafficPolicy'),
    ...atAll(all),
  };
}
