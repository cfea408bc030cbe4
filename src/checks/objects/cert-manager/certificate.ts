import { isIP } from 'node:net';
import { nanoseconds } from '../../../objects/durations.ts';
import type { Field } from '../../../objects/field.ts';
import { isTrue, numberOf, refusal, type Said, textOf } from '../said.ts';

const hour = 3600e9;

/** `ValidateCertificateSpec`. */
export function* certificate(spec: Field): Generator<Said> {
  const secretName = spec.at('secretName');
  if (!/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(textOf(secretName)) || textOf(secretName).length > 253) {
    yield refusal(secretName, 'must be the name of a Secret: small letters, digits, "-" and "."');
  }
  yield* issuer(spec.at('issuerRef'));
  yield* names(spec);
  yield* key(spec);
  yield* lifetime(spec);
  const limit = spec.at('revisionHistoryLimit');
  if (limit.isSet && numberOf(limit) < 1) yield refusal(limit, 'must not be less than 1');
  yield* constraints(spec);
  for (const [kind, title] of [
    ['jks', 'JKS'],
    ['pkcs12', 'PKCS#12'],
  ] as const)
    yield* keystore(spec.at('keystores', kind), title);
  for (const [name, field] of spec.at('secretTemplate', 'annotations').entries) {
    if (name.startsWith('cert-manager.io/') && name !== 'cert-manager.io/allow-direct-injection') {
      yield refusal(field, 'cert-manager.io/* annotations are not allowed');
    }
  }
}

function* issuer(reference: Field): Generator<Said> {
  if (textOf(reference.at('name')) === '') yield refusal(reference.at('name'), 'must be specified');
  const [group, kind] = [textOf(reference.at('group')), textOf(reference.at('kind'))];
  if ((group === '' || group === 'cert-manager.io') && !/^(?:ClusterIssuer|Issuer|)$/.test(kind)) {
    const hint = group === '' ? ' (did you forget to set spec.issuerRef.group?)' : '';
    yield refusal(reference.at('kind'), `must be one of Issuer or ClusterIssuer${hint}`);
  }
}

const nameKinds = ['dnsNames', 'uris', 'emailAddresses', 'ipAddresses', 'otherNames'];

function* names(spec: Field): Generator<Said> {
  const [commonName, literal] = [textOf(spec.at('commonName')), textOf(spec.at('literalSubject'))];
  if (literal !== '') {
    if (commonName !== '') {
      yield refusal(spec.at('commonName'), 'When providing a `LiteralSubject` no `commonName` may be provided.');
    }
    if (spec.at('subject').entries.length > 0) {
      yield refusal(spec.at('subject'), 'When providing a `LiteralSubject` no `Subject` properties may be provided.');
    }
  }
  const isNamed = commonName !== '' || /(?:^|,)\s*CN\s*=/i.test(literal);
  if (!isNamed && nameKinds.every((kind) => spec.at(kind).items.length === 0)) {
    const message =
      'at least one of commonName (from the commonName field or from a literalSubject), dnsNames, emailSANs, ipAddresses, otherNames, or uriSANs must be set';
    yield refusal(spec, message);
  }
  if (commonName.length > 64) yield refusal(spec.at('commonName'), 'Too long: may not be more than 64 bytes');
  for (const field of spec.at('ipAddresses').items) {
    if (isIP(textOf(field)) === 0) yield refusal(field, 'invalid IP address');
  }
  for (const field of spec.at('emailAddresses').items) {
    if (!/^[^\s@<>]+@[^\s@<>]+$/.test(textOf(field))) yield refusal(field, 'invalid email address');
  }
}

const signatures: Readonly<Record<string, readonly string[]>> = {
  RSA: ['SHA256WithRSA', 'SHA384WithRSA', 'SHA512WithRSA'],
  ECDSA: ['ECDSAWithSHA256', 'ECDSAWithSHA384', 'ECDSAWithSHA512'],
  Ed25519: ['PureEd25519'],
};

function* key(spec: Field): Generator<Said> {
  const size = spec.at('privateKey', 'size');
  const algorithm = textOf(spec.at('privateKey', 'algorithm')) || 'RSA';
  const bits = numberOf(size);
  if (bits > 0 && algorithm === 'RSA' && (bits < 2048 || bits > 8192)) {
    yield refusal(size, 'must be between 2048 and 8192 for rsa keyAlgorithm');
  }
  if (bits > 0 && algorithm === 'ECDSA' && ![256, 384, 521].includes(bits)) {
    yield refusal(size, `Unsupported value: ${bits}: supported values: "256", "384", "521"`);
  }
  const signature = textOf(spec.at('signatureAlgorithm'));
  const allowed = signatures[algorithm];
  if (signature !== '' && allowed && !allowed.includes(signature)) {
    const message = `for key algorithm ${algorithm} the allowed signature algorithms are [${allowed.join(' ')}]`;
    yield refusal(spec.at('signatureAlgorithm'), message);
  }
}

function* lifetime(spec: Field): Generator<Said> {
  const [before, percentage] = [spec.at('renewBefore'), spec.at('renewBeforePercentage')];
  if (!spec.at('duration').isSet && !before.isSet) return;
  const duration = lengthOf(spec.at('duration')) ?? 2160 * hour;
  if (duration < hour) yield refusal(spec.at('duration'), 'certificate duration must be greater than 1h0m0s');
  if (before.isSet && percentage.isSet) {
    yield refusal(before, 'renewBefore and renewBeforePercentage are mutually exclusive and cannot both be set');
  }
  const length = lengthOf(before);
  if (length !== undefined && length < hour / 12) {
    yield refusal(before, 'certificate renewBefore must be greater than 5m0s');
  }
  if (length !== undefined && length >= duration) {
    const [whole, part] = [textOf(spec.at('duration')) || '2160h0m0s', textOf(before)];
    yield refusal(before, `certificate duration ${whole} must be greater than renewBefore ${part}`);
  }
  if (!percentage.isSet) return;
  const rest = (duration * (100 - numberOf(percentage))) / 100;
  const name = 'certificate renewBeforePercentage must result in a renewBefore';
  if (rest < hour / 12) yield refusal(percentage, `${name} greater than 5m0s`);
  if (rest >= duration) yield refusal(percentage, `${name} less than duration`);
}

const lengthOf = (field: Field): number | undefined => (field.isSet ? nanoseconds(textOf(field)) : undefined);

function* constraints(spec: Field): Generator<Said> {
  const field = spec.at('nameConstraints');
  if (!field.isSet) return;
  if (!isTrue(spec.at('isCA'))) yield refusal(field, 'isCa should be true when nameConstraints is set');
  if (!field.at('permitted').isSet && !field.at('excluded').isSet) {
    yield refusal(field, 'either permitted or excluded must be set');
  }
}

function* keystore(store: Field, title: string): Generator<Said> {
  if (!store.isSet) return;
  const [literal, reference] = [store.at('password'), textOf(store.at('passwordSecretRef', 'name'))];
  if (literal.isSet && reference !== '') {
    const message = `exactly one of passwordSecretRef and password must be provided for ${title} keystores; cannot set both`;
    yield refusal(store, message);
  }
  if (!literal.isSet && reference === '') {
    yield refusal(store, `must set exactly one of passwordSecretRef and password must for ${title} keystores`);
  }
}
