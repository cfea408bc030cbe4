import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import { nanoseconds } from '../../objects/durations.ts';
import { kinds } from '../../objects/kind-names.ts';
import { type Located, nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** One Certificate writes one Secret, and a root stays the same for long. */
export const certificatesKeepTheirSecret = defineClusterCheck({
  codes: ['AXC2190', 'AXC2191', 'AXC2192'],
  *find(catalogue) {
    const certificates = catalogue.of(kinds.certificate);
    yield* sharedSecrets(certificates);
    const selfSigned = new Set(
      [...catalogue.of(kinds.issuer), ...catalogue.of(kinds.clusterIssuer)]
        .filter(({ spec }) => spec.at('selfSigned').isSet)
        .map(({ on, namespace }) => `${on.kind}/${on.kind === 'Issuer' ? namespace : ''}/${on.name}`),
    );
    for (const certificate of certificates) {
      if (selfSigned.has(issuerKey(certificate))) yield* shortRoot(certificate);
      yield* withoutIdentity(catalogue, certificate);
    }
  },
});

function* sharedSecrets(certificates: readonly Located[]): Generator<ObjectFinding> {
  const named = certificates.filter(({ spec }) => spec.at('secretName').text !== undefined);
  for (const [first, ...others] of grouped(
    named,
    ({ spec, namespace }) => `${namespace}/${spec.at('secretName').text}`,
  ).values()) {
    for (const { on, spec } of first ? others : []) {
      // The same Certificate twice is another finding.
      if (!first || first.on.name === on.name) continue;
      yield {
        code: 'AXC2190',
        message: `${nameOf(first)} writes Secret "${spec.at('secretName').text}" too: the two overwrite each other, again and again`,
        hint: 'give each Certificate a Secret of its own, or write one Certificate with all names',
        on,
        field: spec.at('secretName').path,
      };
    }
  }
}

const issuerKey = ({ spec, namespace }: Located): string => {
  const kind = spec.at('issuerRef', 'kind').text ?? 'Issuer';
  return `${kind}/${kind === 'Issuer' ? namespace : ''}/${spec.at('issuerRef', 'name').text}`;
};

/** Renewing a root that signs itself makes another root: what trusts the old one trusts nobody any more. */
function* shortRoot({ on, spec }: Located): Generator<ObjectFinding> {
  if (spec.at('isCA').value !== true) return;
  const duration = nanoseconds(spec.at('duration').text ?? '2160h') ?? 0;
  const year = 366 * 24 * 3600e9;
  if (duration > year && spec.at('privateKey', 'rotationPolicy').text === 'Never') return;
  const isShort = duration <= year;
  yield {
    code: 'AXC2191',
    severity: isShort ? 'warning' : 'info',
    message: isShort
      ? `this root lives for ${spec.at('duration').text ?? '90 days'}: when it is renewed, everyone who trusts the old one has to get the new one first`
      : 'when this root is renewed it gets a new key, without a word: since cert-manager 1.18 `rotationPolicy` is Always',
    hint: 'write `duration: 87600h` and `privateKey: {rotationPolicy: Never}`, and renew a root by a plan',
    on,
    field: (isShort && spec.at('duration').isSet ? spec.at('duration') : spec).path,
    mark: isShort && spec.at('duration').isSet ? 'value' : 'key',
  };
}

/** Said where Istio is in the files too: elsewhere a client may be known by another name. */
function* withoutIdentity({ of, rules }: Catalogue, { on, spec }: Located): Generator<ObjectFinding> {
  const usages = spec.at('usages').texts;
  if (!usages.includes('client auth') || spec.at('isCA').value === true) return;
  const isForMesh = of(kinds.gateway).length > 0 || rules.length > 0;
  if (!isForMesh || spec.at('uris').texts.some((uri) => uri.startsWith('spiffe://'))) return;
  yield {
    code: 'AXC2192',
    severity: 'info',
    message:
      'a gateway knows its callers by a spiffe:// URI, and this client certificate has none: no `principals` of a policy match it',
    hint: 'add `uris: [spiffe://<trust domain>/ns/<namespace>/sa/<service account>]`',
    on,
    field: spec.at('usages').path,
    mark: 'key',
  };
}
