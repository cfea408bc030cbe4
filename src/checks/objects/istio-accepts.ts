import type { Code } from '../../codes.ts';
import { Field } from '../../objects/field.ts';
import { groupOf } from '../../objects/kinds.ts';
import type { SourcedObject } from '../../objects/object-set.ts';
import { fitsItsSchema } from '../../objects/schema/judge.ts';
import { annotationProblems } from './istio/annotations.ts';
import { authorizationPolicy } from './istio/authorization-policy.ts';
import { destinationRule } from './istio/destination-rule.ts';
import { gateway } from './istio/gateway.ts';
import { peerAuthentication } from './istio/peer-authentication.ts';
import { proxyConfig } from './istio/proxy-config.ts';
import { requestAuthentication } from './istio/request-authentication.ts';
import { serviceEntry } from './istio/service-entry.ts';
import { sidecar } from './istio/sidecar.ts';
import { telemetry } from './istio/telemetry.ts';
import { virtualService } from './istio/virtual-service.ts';
import { workloadEntry, workloadGroup } from './istio/workload-entry.ts';
import { defineObjectCheck } from './object-check.ts';
import type { Said } from './said.ts';

interface Validation {
  readonly code: Code;
  readonly problems: (spec: Field, on: SourcedObject) => Iterable<Said>;
}

const validations: Readonly<Record<string, Validation>> = {
  'networking.istio.io/ServiceEntry': { code: 'AXC2021', problems: serviceEntry },
  'networking.istio.io/WorkloadEntry': { code: 'AXC2022', problems: (spec) => workloadEntry(spec) },
  'networking.istio.io/WorkloadGroup': { code: 'AXC2022', problems: workloadGroup },
  'networking.istio.io/VirtualService': { code: 'AXC2023', problems: virtualService },
  'networking.istio.io/DestinationRule': { code: 'AXC2024', problems: destinationRule },
  'networking.istio.io/Gateway': { code: 'AXC2025', problems: gateway },
  'networking.istio.io/Sidecar': { code: 'AXC2026', problems: sidecar },
  'security.istio.io/PeerAuthentication': { code: 'AXC2027', problems: peerAuthentication },
  'security.istio.io/AuthorizationPolicy': { code: 'AXC2028', problems: authorizationPolicy },
  'security.istio.io/RequestAuthentication': { code: 'AXC2029', problems: requestAuthentication },
  'telemetry.istio.io/Telemetry': { code: 'AXC2030', problems: telemetry },
  'networking.istio.io/ProxyConfig': { code: 'AXC2031', problems: proxyConfig },
};

/** What Istio's validation webhook refuses or warns of, in its words. It sees only what fits the schema. */
export const istioAccepts = defineObjectCheck({
  codes: [...new Set(Object.values(validations).map(({ code }) => code))],
  analyzers: ['IST0106'],
  *find({ clusters }) {
    for (const on of clusters.flatMap(({ objects }) => objects)) {
      const validation = validations[`${groupOf(on.apiVersion)}/${on.kind}`];
      if (!validation || !fitsItsSchema(on)) continue;
      const { code, problems } = validation;
      const spec = new Field(on.object).at('spec');
      for (const { field, ...said } of [...annotationProblems(on), ...problems(spec, on)]) {
        yield { code, ...said, on, field: field.path };
      }
    }
  },
});
