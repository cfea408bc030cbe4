import { type Catalogue, grouped, type Rule } from '../../objects/catalogue.ts';
import type { Field } from '../../objects/field.ts';
import { fullHost, isWildcard } from '../../objects/hosts.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** TLS keeps others out when it is started, and when somebody looks who answers. */
export const tlsIsVerified = defineClusterCheck({
  codes: ['AXC2206', 'AXC2207', 'AXC2208', 'AXC2213'],
  *find(catalogue) {
    const atGateways = new Set(
      catalogue.virtualServices
        .filter(({ gateways }) => gateways.length > 0)
        .flatMap(({ destinations }) => destinations.map(({ host }) => host)),
    );
    const gateways = grouped(catalogue.servers.all, ({ namespace }) => namespace);
    for (const rule of catalogue.rules) {
      const isGateways = gateways.has(rule.namespace) || atGateways.has(rule.host);
      for (const { tls, level } of tlsOf(rule)) {
        if (!isGateways && level === 'top') yield* credentialForGateways(rule, tls);
        yield* nobodyLooks(catalogue, rule, tls);
        yield* overTheMesh(rule, tls);
      }
    }
  },
});

const tlsOf = ({ spec }: Rule): { tls: Field; level: 'top' | 'port' }[] => [
  { tls: spec.at('trafficPolicy', 'tls'), level: 'top' },
  ...spec
    .at('trafficPolicy', 'portLevelSettings')
    .items.map((settings) => ({ tls: settings.at('tls'), level: 'port' as const })),
];

/** istiod gives a sidecar the Secret of a rule only where the rule selects workloads, else no TLS at all. */
function* credentialForGateways({ on, spec, namespace }: Rule, tls: Field): Generator<ObjectFinding> {
  const name = tls.at('credentialName');
  if (!name.isSet || spec.at('workloadSelector').isSet || /istio|gateway|ingress|egress/.test(namespace)) return;
  yield {
    code: 'AXC2206',
    severity: 'warning',
    message:
      'sidecars read `credentialName` only from rules with a `workloadSelector`: without one, their calls leave as plaintext',
    hint: 'add `workloadSelector` with the labels of the callers; they need the right to list Secrets. Gateways need none',
    on,
    field: name.path,
    mark: 'key',
  };
}

function* nobodyLooks({ definitions }: Catalogue, { on, host }: Rule, tls: Field): Generator<ObjectFinding> {
  if (tls.at('insecureSkipVerify').value === true) {
    yield {
      code: 'AXC2208',
      severity: 'warning',
      message: 'nobody looks whose certificate it is: whoever is in the way can answer',
      hint: 'remove `insecureSkipVerify`, and say by `caCertificates` or `credentialName` which CA is right',
      on,
      field: tls.at('insecureSkipVerify').path,
      mark: 'key',
    };
  }
  const entries = (definitions.get(host) ?? []).filter((one) => 'endpoints' in one);
  const isRemote = tls.at('sni').text?.startsWith('outbound_') || entries.length > 0;
  if (tls.at('mode').text !== 'ISTIO_MUTUAL' || !isRemote || tls.at('subjectAltNames').items.length > 0) return;
  const isNamed = entries.some(
    (entry) =>
      entry.spec.at('subjectAltNames').items.length > 0 ||
      entry.selector.size > 0 ||
      entry.endpoints.some((endpoint) => endpoint.at('serviceAccount').isSet),
  );
  if (isNamed) return;
  yield {
    code: 'AXC2207',
    severity: 'warning',
    message: 'nobody looks who answers: every workload with a certificate of a trusted root passes for this service',
    hint: 'add `subjectAltNames: [spiffe://<trust domain>/ns/<namespace>/sa/<service account>]` of the workloads behind it',
    on,
    field: tls.at('mode').path,
  };
}

/** A pattern over all services of the mesh takes mesh TLS from each of them. */
function* overTheMesh({ on, host, namespace, spec }: Rule, tls: Field): Generator<ObjectFinding> {
  const mode = tls.at('mode').text;
  const isMesh = /^\*(\.(local|cluster\.local|([^.]+\.)?svc\.cluster\.local))?$/.test(fullHost(host, namespace));
  if (!isMesh || !isWildcard(host) || mode === undefined || mode === 'ISTIO_MUTUAL') return;
  yield {
    code: 'AXC2213',
    message: `"${host}" is every service of the mesh, and \`mode: ${mode}\` takes mesh TLS from the calls to all of them: STRICT workloads reset them, others get plaintext or the wrong TLS`,
    hint: 'write the exact host that is meant; mesh TLS needs no rule',
    on,
    field: spec.at('host').path,
  };
}
