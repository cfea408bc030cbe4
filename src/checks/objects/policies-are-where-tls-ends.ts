import type { Catalogue } from '../../objects/catalogue.ts';
import { kinds } from '../../objects/kind-names.ts';
import type { Located } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/**
 * A gateway that hands TLS on sees nobody's identity, and Istio builds its chains without any authorization
 * (`builtAutoPassthroughFilterChains` in `pilot/pkg/networking/core/gateway.go`). PeerAuthentication is for sidecars.
 */
export const policiesAreWhereTlsEnds = defineClusterCheck({
  codes: ['AXC2148'],
  *find(catalogue) {
    for (const policy of catalogue.of(kinds.authorizationPolicy)) yield* useless(catalogue, policy, 'authorization');
    for (const policy of catalogue.of(kinds.peerAuthentication)) yield* useless(catalogue, policy, 'peers');
  },
});

function* useless(
  { servers }: Catalogue,
  { on, spec }: Located,
  about: 'authorization' | 'peers',
): Generator<ObjectFinding> {
  const selected = servers.with(spec.at('selector', 'matchLabels').labels);
  const passing = selected.filter(({ tlsMode }) => tlsMode === 'AUTO_PASSTHROUGH');
  if (passing.length === 0 || (about === 'authorization' && passing.length < selected.length)) return;
  yield {
    code: 'AXC2148',
    severity: 'warning',
    message:
      about === 'authorization'
        ? 'these pods are a gateway that hands TLS on (AUTO_PASSTHROUGH): Istio does no authorization there, whatever this policy says'
        : 'these pods are a gateway: PeerAuthentication is about the inbound side of sidecars, and changes nothing there',
    hint: 'write the policy for the workloads behind the gateway; there TLS ends, and the caller is known',
    on,
    field: spec.at('selector').path,
    mark: 'key',
  };
}
