import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import type { Server } from '../../objects/gateways.ts';
import { kinds } from '../../objects/kind-names.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A gateway reads Secrets of the namespace where its pods are, and only what its mode needs. */
export const gatewayCertificatesAreRead = defineClusterCheck({
  codes: ['AXC2145', 'AXC2146', 'AXC2147'],
  analyzers: { AXC2147: 'IST0101' },
  *find(catalogue) {
    const secrets = namespacesOfSecrets(catalogue);
    for (const server of catalogue.servers.all) {
      yield* ignoredFields(server);
      yield* secretElsewhere(catalogue, secrets, server);
    }
  },
});

function* ignoredFields({ on, field, tlsMode }: Server): Generator<ObjectFinding> {
  const tls = field.at('tls');
  if (tls.at('credentialName').isSet && tls.at('caCertificates').isSet) {
    yield {
      code: 'AXC2145',
      severity: 'warning',
      message: '`caCertificates` is a file in the pod, and is ignored beside `credentialName`',
      hint: 'put the CA into the same Secret as `ca.crt`, or into a Secret named like it with `-cacert` at the end',
      on,
      field: tls.at('caCertificates').path,
      mark: 'key',
    };
  }
  if (tlsMode !== 'PASSTHROUGH' && tlsMode !== 'AUTO_PASSTHROUGH') return;
  const unused = certificateFields.map((name) => tls.at(name)).find(({ isSet }) => isSet);
  if (!unused) return;
  yield {
    code: 'AXC2146',
    severity: 'warning',
    message: `${tlsMode} hands TLS on without ending it: the certificate is ignored`,
    hint: 'remove it, or end TLS here with `mode: SIMPLE` or `mode: MUTUAL`',
    on,
    field: unused.path,
    mark: 'key',
  };
}

const certificateFields = ['credentialName', 'credentialNames', 'serverCertificate', 'privateKey', 'caCertificates'];

function* secretElsewhere(
  { workloads }: Catalogue,
  secrets: ReadonlyMap<string, readonly string[]>,
  { on, field, labels, namespace }: Server,
): Generator<ObjectFinding> {
  const name = field.at('tls', 'credentialName');
  const found = secrets.get(name.text ?? '');
  if (!found || name.text === undefined || name.text.includes('://')) return;
  const pods = workloads.with(labels).map((workload) => workload.namespace);
  const readers = pods.length > 0 ? pods : isForGateways(namespace) ? [namespace] : [];
  const isMissed = readers.length > 0 ? !readers.some((one) => found.includes(one)) : !found.some(isForGateways);
  if (isMissed && ![...readers, ...found].includes('')) {
    yield {
      code: 'AXC2147',
      severity: pods.length > 0 ? 'error' : 'warning',
      message: `Secret "${name.text}" is in ${found.join(', ')}, and the gateway looks for it where its pods are${readers.length > 0 ? `: ${[...new Set(readers)].join(', ')}` : ''}: the port answers no TLS`,
      hint: "put the Secret, or the Certificate that makes it, into the namespace of the gateway's pods",
      on,
      field: name.path,
    };
  }
}

/** Where the pods are not in the files, the name of a namespace tells whether gateways live there. */
const isForGateways = (namespace: string): boolean => /istio|gateway|ingress|egress/.test(namespace);

function namespacesOfSecrets({ of }: Catalogue): Map<string, string[]> {
  const all = [
    ...of(kinds.secret).map(({ on, namespace }) => ({ name: on.name, namespace })),
    ...of(kinds.certificate).map(({ spec, namespace }) => ({ name: spec.at('secretName').text ?? '', namespace })),
  ];
  return new Map(
    [...grouped(all, ({ name }) => name)].map(([name, group]) => [
      name,
      [...new Set(group.map(({ namespace }) => namespace))],
    ]),
  );
}
