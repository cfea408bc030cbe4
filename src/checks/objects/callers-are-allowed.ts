import { type Call, callsAcross, type Provider } from '../../objects/calls.ts';
import { grouped } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import { isSubset } from '../../objects/label-index.ts';
import { exportedTo, nameOf } from '../../objects/located.ts';
import type { ObjectSet } from '../../objects/object-set.ts';
import type { Policy } from '../../objects/policies.ts';
import type { Service } from '../../objects/services.ts';
import { defineObjectCheck, type ObjectFinding } from './object-check.ts';

/** Where a policy allows somebody, everybody else is denied: those of another cluster are to be named too. */
export const callersAreAllowed = defineObjectCheck({
  codes: ['AXC3010'],
  *find(set: ObjectSet) {
    const policies = new Map<Provider, Map<string, Policy[]>>();
    const policiesOf = (provider: Provider) => {
      const known = policies.get(provider) ?? grouped(provider.catalogue.policies, ({ namespace }) => namespace);
      policies.set(provider, known);
      return known;
    };
    for (const call of callsAcross(set)) {
      for (const provider of call.isCertain ? call.providers : []) yield* denied(call, provider, policiesOf(provider));
    }
  },
});

function* denied(
  { from, sni, entries }: Call,
  { name, catalogue }: Provider,
  policies: ReadonlyMap<string, readonly Policy[]>,
): Generator<ObjectFinding> {
  const service = catalogue.definitions.get(sni.host)?.find((one): one is Service => !('endpoints' in one));
  if (!service || service.selector.size === 0) return;
  const near = [...(policies.get(service.namespace) ?? []), ...(policies.get(catalogue.rootNamespace) ?? [])];
  const allowing = near.filter(
    ({ action, isAttached, selector }) => action === 'ALLOW' && !isAttached && isSubset(selector, service.selector),
  );
  const [policy] = allowing;
  if (!policy) return;
  const sources = allowing
    .flatMap(({ rules }) => rules)
    .flatMap((rule): readonly (Field | undefined)[] => (rule.sources.length > 0 ? rule.sources : [undefined]));
  const namespaces = new Set(
    entries.flatMap((entry): readonly (string | undefined)[] => exportedTo(entry) ?? [undefined]),
  );
  for (const namespace of namespaces) {
    if (sources.some((source) => !source || mayBe(source, from.mesh?.trustDomain, namespace))) continue;
    if (namespace === undefined && from.mesh === undefined) continue;
    yield {
      code: 'AXC3010',
      message: `no policy of ${name} lets callers from ${from.cluster}${namespace === undefined ? '' : ` in namespace ${namespace}`} in (${nameOf(policy)}): "${sni.host}" answers them with 403`,
      hint: `add a rule for "${from.mesh?.trustDomain ?? `<trust domain of ${from.cluster}>`}/ns/${namespace ?? '<namespace>'}/sa/<service account>" to a policy in ${name}`,
      on: entries.find((entry) => namespace === undefined || exportedTo(entry)?.includes(namespace))?.on ?? policy.on,
      field: ['metadata', 'name'],
    };
  }
}

/** Whether some caller of this trust domain and namespace, as far as they are known, can be meant. */
function mayBe(source: Field, trustDomain: string | undefined, namespace: string | undefined): boolean {
  const principals = source.at('principals').texts;
  const namespaces = source.at('namespaces').texts;
  if (principals.length === 0) {
    return namespaces.length === 0 || !namespace || namespaces.some((one) => one === namespace || one.includes('*'));
  }
  return principals.some((text) => {
    if (text.startsWith('*')) return true;
    const [domain = '', , place] = text.replace(/\*$/, '').split('/');
    const isDomain =
      trustDomain === undefined || domain === trustDomain || (text.endsWith('*') && trustDomain.startsWith(domain));
    return (
      isDomain &&
      (place === undefined || place === '' || namespace === undefined || place === namespace || text.endsWith('*'))
    );
  });
}
