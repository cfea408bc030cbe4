import { isJsonObject } from '../../../json.ts';
import type { Field } from '../../../objects/field.ts';
import { formed, refusal, type Said, textOf, warning } from '../said.ts';
import { durations, quoted } from './forms.ts';
import { attachment } from './selectors.ts';

/** `ValidateRequestAuthentication`. */
export function* requestAuthentication(spec: Field): Generator<Said> {
  yield* attachment(spec);
  for (const rule of spec.at('jwtRules').items) yield* jwtRule(rule);
}

function* jwtRule(rule: Field): Generator<Said> {
  yield* empty(rule.at('audiences').items, 'audience must be non-empty string');
  const uri = ['jwksUri', 'jwks_uri'].map((key) => rule.at(key)).find((field) => textOf(field) !== '');
  if (textOf(rule.at('issuer')) === '' && !uri) yield refusal(rule, 'issuer or jwksUri must be non-empty string');
  if (uri) yield* formed(uri, uriProblem(textOf(uri)));
  if (textOf(rule.at('jwks')) !== '') yield* keySet(rule.at('jwks'));
  yield* empty(
    rule.at('fromHeaders').items.map((header) => header.at('name')),
    'location header name must be non-empty string',
  );
  yield* empty(rule.at('fromParams').items, 'location query must be non-empty string');
  yield* empty(rule.at('fromCookies').items, 'cookie name must be non-empty string');
  for (const one of rule.at('outputClaimToHeaders').items) {
    const [claim, header] = [textOf(one.at('claim')), textOf(one.at('header'))];
    if (claim === '' || header === '') {
      yield refusal(one, 'outputClaimToHeaders header and claim value must be non-empty string');
    } else if (!/^[-_A-Za-z0-9]+$/.test(header)) {
      yield refusal(one.at('header'), `header name ${header} is not a valid header name`);
    }
  }
  yield* durations(rule.at('timeout'));
}

function* empty(fields: readonly Field[], message: string): Generator<Said> {
  for (const field of fields) if (textOf(field) === '') yield refusal(field, message);
}

function uriProblem(uri: string): string | undefined {
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):/.exec(uri)?.[1]?.toLowerCase() ?? '';
  if (scheme !== 'http' && scheme !== 'https') return `URI scheme ${quoted(scheme)} is not supported`;
  return URL.canParse(uri) ? undefined : `parse ${quoted(uri)}: invalid URL`;
}

/** https://www.rfc-editor.org/rfc/rfc7517: what is public of a key, for a proxy has no use for the rest. */
function* keySet(field: Field): Generator<Said> {
  const set = parsed(textOf(field));
  const keys = isJsonObject(set) && Array.isArray(set.keys) ? set.keys : [set];
  if (!keys.every((key) => isJsonObject(key) && typeof key.kty === 'string')) {
    yield refusal(field, 'jwks parse error: this is no JSON Web Key Set');
    return;
  }
  const index = keys.findIndex((key) => isJsonObject(key) && (key.d !== undefined || key.kty === 'oct'));
  if (index < 0) return;
  const message = `jwks key at index ${index} contains private key material; only public keys are used for verification`;
  yield warning(field, message);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // which is no key set either
  }
}
