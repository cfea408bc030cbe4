import { type Call, callsAcross, type Provider } from '../../objects/calls.ts';
import { identityOf } from '../../objects/policies.ts';
import { defineObjectCheck, type ObjectFinding } from './object-check.ts';

/** What a client accepts by `subjectAltNames` is what the other cluster's workloads run as. */
export const pinnedIdentitiesAreThere = defineObjectCheck({
  codes: ['AXC3005'],
  *find(set) {
    for (const call of callsAcross(set)) {
      const isOnlyOne = call.isCertain && call.providers.length === 1;
      for (const provider of isOnlyOne ? call.providers : []) yield* strangers(call, provider);
    }
  },
});

function* strangers({ rule, sni, field }: Call, { name, catalogue }: Provider): Generator<ObjectFinding> {
  const tls = field.path.slice(0, -1);
  const pins = rule?.spec.at(...tls.slice(1), 'subjectAltNames');
  const services = catalogue.definitions.get(sni.host) ?? [];
  const pods = services.flatMap(({ selector, namespace }) =>
    catalogue.workloads.with(selector).filter((pod) => pod.namespace === namespace),
  );
  if (!rule || !pins || pins.items.length === 0) return;
  for (const pin of pins.items) {
    const identity = identityOf(pin.text?.replace(/^spiffe:\/\//, '') ?? '');
    if (!identity) continue;
    const { mesh } = catalogue;
    if (mesh && identity.trustDomain !== mesh.trustDomain) {
      yield {
        code: 'AXC3005',
        message: `the trust domain of ${name} is "${mesh.trustDomain}", not "${identity.trustDomain}": no workload there has this identity, and the connection fails (CERTIFICATE_VERIFY_FAILED)`,
        hint: `write "spiffe://${mesh.trustDomain}/ns/${identity.namespace}/sa/${identity.serviceAccount}"`,
        on: rule.on,
        field: pin.path,
      };
    }
  }
  const accepted = pins.texts.map((text) => identityOf(text.replace(/^spiffe:\/\//, '')));
  const refused = pods.filter(
    (pod) =>
      !accepted.some((one) => !one || (one.namespace === pod.namespace && one.serviceAccount === pod.serviceAccount)),
  );
  const [pod] = refused;
  if (!pod) return;
  yield {
    code: 'AXC3005',
    severity: refused.length === pods.length ? 'error' : 'warning',
    message: `pods of ${pod.on.kind} ${pod.namespace}/${pod.on.name} in ${name} run as service account "${pod.serviceAccount}", which is not in the list: connections to them fail (CERTIFICATE_VERIFY_FAILED)`,
    hint: `add "spiffe://<trust domain of ${name}>/ns/${pod.namespace}/sa/${pod.serviceAccount}"`,
    on: rule.on,
    field: pins.path,
    mark: 'key',
  };
}
