import { type Catalogue, grouped } from '../../objects/catalogue.ts';
import { kinds } from '../../objects/kind-names.ts';
import { type Located, nameOf } from '../../objects/located.ts';
import { defineClusterCheck, type ObjectFinding } from './object-check.ts';

/** A Certificate is signed by what its issuer really is. */
export const issuersCanIssue = defineClusterCheck({
  codes: ['AXC2186', 'AXC2187', 'AXC2188', 'AXC2189'],
  *find(catalogue) {
    const find = issuersOf(catalogue);
    for (const certificate of catalogue.of(kinds.certificate)) {
      const issuer = find(certificate);
      if (issuer) {
        yield* signsItself(certificate, issuer);
        yield* publicNames(certificate, issuer);
      } else yield* issuerElsewhere(catalogue, certificate);
    }
    const bySecret = grouped(catalogue.of(kinds.certificate), ({ spec }) => spec.at('secretName').text ?? '');
    for (const issuer of [...catalogue.of(kinds.issuer), ...catalogue.of(kinds.clusterIssuer)]) {
      yield* caOfIssuer(issuer, bySecret);
    }
  },
});

function issuersOf({ of }: Catalogue): (certificate: Located) => Located | undefined {
  const local = new Map(of(kinds.issuer).map((issuer) => [`${issuer.namespace}/${issuer.on.name}`, issuer]));
  const global = new Map(of(kinds.clusterIssuer).map((issuer) => [issuer.on.name, issuer]));
  return ({ spec, namespace }) => {
    const name = spec.at('issuerRef', 'name').text ?? '';
    return spec.at('issuerRef', 'kind').text === 'ClusterIssuer' ? global.get(name) : local.get(`${namespace}/${name}`);
  };
}

function* signsItself({ on, spec }: Located, issuer: Located): Generator<ObjectFinding> {
  if (!issuer.spec.at('selfSigned').isSet || spec.at('isCA').value === true) return;
  yield {
    code: 'AXC2186',
    severity: 'warning',
    message: `${nameOf(issuer)} lets the certificate sign itself, and it is no CA: nobody else can verify it, and it can sign nothing`,
    hint: 'write `isCA: true` if it is meant as a root; else name an issuer with a CA',
    on,
    field: spec.at('issuerRef').path,
    mark: 'key',
  };
}

/** Public CAs sign names that are somebody's, and prove a wildcard by DNS only. */
function* publicNames({ on, spec }: Located, issuer: Located): Generator<ObjectFinding> {
  const acme = issuer.spec.at('acme');
  if (!acme.isSet) return;
  const solvers = acme.at('solvers').items;
  const byHttpOnly = solvers.length > 0 && solvers.every((solver) => solver.at('http01').isSet);
  for (const field of spec.at('dnsNames').items) {
    const name = field.text ?? '';
    const isPrivate =
      /\.(local|internal|svc|lan|corp|home|localhost|test|example|invalid)$/.test(name) || !name.includes('.');
    const reason = isPrivate
      ? `"${name}" is a private name, which no public CA signs`
      : name.startsWith('*.') &&
        byHttpOnly &&
        `a wildcard needs a DNS-01 solver, and ${nameOf(issuer)} has HTTP-01 only`;
    if (!reason) continue;
    yield {
      code: 'AXC2187',
      message: `${reason}: the Certificate never becomes ready`,
      hint: isPrivate ? 'use an issuer with a CA of your own' : 'add a `dns01` solver',
      on,
      field: field.path,
    };
  }
}

function* issuerElsewhere({ of }: Catalogue, { on, spec, namespace }: Located): Generator<ObjectFinding> {
  const name = spec.at('issuerRef', 'name');
  const isLocal =
    spec.at('issuerRef', 'kind').text !== 'ClusterIssuer' &&
    (spec.at('issuerRef', 'group').text ?? 'cert-manager.io') === 'cert-manager.io';
  if (!isLocal || namespace === '') return;
  const other = of(kinds.issuer).find((issuer) => issuer.on.name === name.text && issuer.namespace !== '');
  const global = of(kinds.clusterIssuer).find((issuer) => issuer.on.name === name.text);
  if (!other && !global) return;
  yield {
    code: 'AXC2188',
    message: `an Issuer is for its own namespace: "${name.text}" is ${global ? 'a ClusterIssuer here' : `in ${other?.namespace}`}, and the Certificate never becomes ready`,
    hint: global
      ? 'write `kind: ClusterIssuer`'
      : `move the Certificate to ${other?.namespace}, or make a ClusterIssuer`,
    on,
    field: name.path,
  };
}

/** A ClusterIssuer reads its Secret from cert-manager's own namespace. */
function* caOfIssuer(issuer: Located, bySecret: ReadonlyMap<string, readonly Located[]>): Generator<ObjectFinding> {
  const { on, spec, namespace } = issuer;
  const secret = spec.at('ca', 'secretName');
  const made = (bySecret.get(secret.text ?? '') ?? []).filter(
    (one) => on.kind === 'ClusterIssuer' || one.namespace === namespace,
  );
  const [first] = made;
  if (secret.text === undefined || !first) return;
  if (!made.some((one) => one.spec.at('isCA').value === true)) {
    yield {
      code: 'AXC2189',
      message: `${nameOf(first)} puts no CA into Secret "${secret.text}": certificates signed with it verify nowhere`,
      hint: 'write `isCA: true` in that Certificate',
      on,
      field: secret.path,
    };
  }
}
