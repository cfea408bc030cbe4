import type { Field } from '../../../objects/field.ts';
import { refusal, type Said, textOf } from '../said.ts';

const types = ['acme', 'ca', 'selfSigned', 'vault', 'venafi'];

/** `ValidateIssuerConfig`, of an Issuer or ClusterIssuer. */
export function* issuer(spec: Field): Generator<Said> {
  const there = types.filter((type) => spec.at(type).isSet);
  if (there.length === 0) yield refusal(spec, 'at least one issuer must be configured');
  for (const type of there.slice(1)) yield refusal(spec.at(type), 'may not specify more than one issuer type');
  yield* required(spec.at('ca'), ['secretName']);
  yield* required(spec.at('vault'), ['server', 'path']);
  yield* required(spec.at('acme'), ['server']);
  const acme = spec.at('acme');
  if (acme.isSet && textOf(acme.at('privateKeySecretRef', 'name')) === '') {
    yield refusal(acme.at('privateKeySecretRef'), 'private key secret name is a required field');
  }
}

function* required(type: Field, keys: readonly string[]): Generator<Said> {
  for (const key of type.isSet ? keys : []) {
    if (textOf(type.at(key)) === '') yield refusal(type.at(key), `${key} is a required field`);
  }
}
