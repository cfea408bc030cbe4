import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import { serviceHost } from '../../objects/hosts.ts';
import type { Located } from '../../objects/located.ts';
import type { Service } from '../../objects/services.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/**
 * Istio completes a name without a dot by the object's own namespace, and takes any other as it is: in Kubernetes' DNS
 * `reviews.prod` is a name, for Istio it is a host that nobody has.
 */
export const hostNamesAreComplete = defineClusterCheck({
  codes: ['AXC2128', 'AXC2129'],
  analyzers: { AXC2128: 'IST0101' },
  *find(catalogue) {
    const byName = grouped(catalogue.services, ({ on }) => on.name);
    for (const virtualService of catalogue.virtualServices) {
      const fields = [
        ...(virtualService.isForMesh ? virtualService.spec.at('hosts').items : []),
        ...virtualService.destinations.map(({ field }) => field.at('host')),
      ];
      for (const field of fields) yield* badName(catalogue, byName, virtualService, field);
    }
    for (const rule of catalogue.rules) yield* badName(catalogue, byName, rule, rule.spec.at('host'));
  },
});

function* badName(
  { definitions }: Catalogue,
  byName: ReadonlyMap<string, readonly Service[]>,
  { on, namespace }: Located,
  field: Field,
): Generator<ObjectFinding> {
  const host = field.text ?? '';
  if (host === '' || definitions.has(host)) return;
  const [name = '', second, svc, ...more] = host.split('.');
  const services = byName.get(name) ?? [];
  if (second !== undefined && (svc === undefined || svc === 'svc') && more.length === 0) {
    if (!services.some((service) => service.namespace === second)) return;
    yield {
      code: 'AXC2128',
      message: `Istio takes "${host}" for a complete host, and there is none of that name: only a name without dots is completed`,
      hint: `write "${serviceHost(name, second)}"`,
      on,
      field: field.path,
    };
  }
  if (second !== undefined || namespace === '' || services.some((service) => service.namespace === namespace)) return;
  const elsewhere = services.find((service) => service.namespace !== '');
  if (!elsewhere) return;
  yield {
    code: 'AXC2129',
    severity: 'warning',
    message: `"${host}" means ${serviceHost(host, namespace)} here, the object's own namespace; these files have such a Service in ${elsewhere.namespace} only`,
    hint: `write "${serviceHost(name, elsewhere.namespace)}" if that one is meant`,
    on,
    field: field.path,
  };
}
