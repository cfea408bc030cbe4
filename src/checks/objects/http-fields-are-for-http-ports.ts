import type { Catalogue } from '../../objects/catalogue.ts';
import { nameOf } from '../../objects/located.ts';
import { httpFieldOf, type Policy, type PolicyRule, portsOf } from '../../objects/policies.ts';
import type { Port } from '../../objects/protocols.ts';
import type { Service } from '../../objects/services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/**
 * On a port where Istio sees no HTTP, it drops an ALLOW rule with HTTP fields as a whole, and from a DENY rule only
 * these fields, so that it denies more (`checkError` in `pilot/pkg/security/authz/model/model.go`).
 */
export const httpFieldsAreForHttpPorts = defineClusterCheck({
  codes: ['AXC2170'],
  *find(catalogue) {
    for (const policy of catalogue.policies) {
      if (policy.isAttached || (policy.action !== 'ALLOW' && policy.action !== 'DENY')) continue;
      const withHttp = policy.rules.filter((rule) => httpFieldOf(rule));
      if (withHttp.length === 0) continue;
      const services = servicesBehind(catalogue, policy);
      for (const rule of withHttp) yield* onTcp(policy, rule, services);
    }
  },
});

/** Those whose pods it selects for sure. */
const servicesBehind = ({ servicesIn, servicesBySelector }: Catalogue, { namespace, selector }: Policy) =>
  selector.size > 0
    ? servicesBySelector.with(selector).filter((service) => service.namespace === namespace)
    : servicesIn(namespace);

function* onTcp({ on, action }: Policy, rule: PolicyRule, services: readonly Service[]): Generator<ObjectFinding> {
  const listed = portsOf(rule)?.map(({ value }) => String(value));
  const ports = services
    .flatMap((service) => service.ports.map((port) => ({ service, port })))
    .filter(({ port }) => port.protocol !== 'udp' && (!listed || listed.includes(String(port.target))));
  const tcp = ports.find(({ port }) => isTcp(port));
  const field = httpFieldOf(rule);
  // Where a rule for all ports allows something, it may be meant for the HTTP ones.
  if (!tcp || !field || (action === 'ALLOW' && !listed && ports.some(({ port }) => !isTcp(port)))) return;
  const where = `port ${tcp.port.target ?? tcp.port.name} (${nameOf(tcp.service)}) is TCP for Istio`;
  yield {
    code: 'AXC2170',
    severity: action === 'ALLOW' ? 'error' : 'warning',
    message:
      action === 'ALLOW'
        ? `${where}, and a rule with HTTP fields is ignored there as a whole: it allows nobody`
        : `${where}, where HTTP fields are dropped: the rule denies everything there that the rest of it matches`,
    hint:
      action === 'ALLOW'
        ? 'write the TCP ports into a rule of their own, without HTTP fields'
        : 'limit the rule to the HTTP ports with `ports`',
    on,
    field: field.path,
    mark: 'key',
  };
}

const isTcp = ({ protocol }: Port): boolean => protocol === 'tcp' || protocol === 'tls';
