import type { Field } from '../../../objects/field.ts';
import type { SourcedObject } from '../../../objects/object-set.ts';
import { formed, refusal, type Said, textOf, warning } from '../said.ts';
import { annotationOf } from './annotations.ts';
import { isAddress, isRange, quoted } from './forms.ts';
import { attachment } from './selectors.ts';

/** `ValidateAuthorizationPolicy`. */
export function* authorizationPolicy(spec: Field, on: SourcedObject): Generator<Said> {
  yield* attachment(spec);
  const action = textOf(spec.at('action')) || 'ALLOW';
  const rules = spec.at('rules');
  yield* actionProblems(spec, action, rules);
  for (const [index, rule] of rules.items.entries()) {
    const at = `found at rule ${index}`;
    yield* sources(rule.at('from'), at);
    yield* operations(rule.at('to'), at);
    for (const condition of rule.at('when').items) yield* conditionProblems(condition);
    if (action === 'CUSTOM') yield* unsupported(rule);
    if (action === 'DENY') yield* httpOnly(rule);
  }
  yield* dryRun(spec, on, action);
}

function* actionProblems(spec: Field, action: string, rules: Field): Generator<Said> {
  const provider = spec.at('provider');
  const isMeaningless = (action === 'CUSTOM' || action === 'DENY') && rules.items.length === 0;
  if (isMeaningless) {
    const message = `${action} action without \`rules\` is meaningless as it will never be triggered, add an empty rule \`{}\` if you want it be triggered for every request`;
    yield refusal(spec.at('action'), message);
  } else if (action === 'CUSTOM' && textOf(provider.at('name')) === '') {
    yield refusal(provider, '`provider.name` must not be empty');
  }
  if (provider.isSet && action !== 'CUSTOM') {
    yield refusal(provider, `\`provider\` must not be with non CUSTOM action, found ${action}`);
  }
}

const sourceKinds = [
  ...['principals', 'requestPrincipals', 'namespaces', 'serviceAccounts', 'trustDomains', 'ipBlocks', 'remoteIpBlocks'],
];
const inverse = (key: string): string => `not${key[0]?.toUpperCase()}${key.slice(1)}`;
const both = (keys: readonly string[]): string[] => keys.flatMap((key) => [key, inverse(key)]);
const isFilled = (field: Field, keys: readonly string[]): boolean => keys.some((key) => field.at(key).items.length > 0);
const goName = (key: string): string => `${key[0]?.toUpperCase()}${key.slice(1)}`;

function* sources(from: Field, at: string): Generator<Said> {
  if (from.isSet && from.items.length === 0) yield refusal(from, `\`from\` must not be empty, ${at}`);
  for (const one of from.items) {
    const source = one.at('source');
    if (!source.isSet) {
      yield refusal(one, `\`from.source\` must not be nil, ${at}`);
      continue;
    }
    if (isFilled(source, both(['principals', 'namespaces'])) && isFilled(source, both(['serviceAccounts']))) {
      yield refusal(source, `cannot set serviceAccounts with namespaces or principals, ${at}`);
    }
    if (!isFilled(source, both(sourceKinds))) yield refusal(source, `\`from.source\` must not be empty, ${at}`);
    for (const key of both(sourceKinds)) yield* values(source.at(key), goName(key));
  }
}

/** A list of a source or an operation: the form of each value. */
function* values(list: Field, name: string): Generator<Said> {
  if (name.endsWith('ServiceAccounts')) {
    yield* formed(list, serviceAccounts(name, list.texts));
    return;
  }
  const check = /IpBlocks$/.test(name) ? addressRange : /Ports$/.test(name) ? portText : undefined;
  for (const field of list.items) {
    const value = textOf(field);
    if (check) yield* formed(field, check(value));
    if (value === '') yield refusal(field, `empty value not allowed, found in ${name}`);
    else if (name.endsWith('TrustDomains')) yield* formed(field, trustDomain(name, value));
    else if (name.endsWith('Paths')) yield* formed(field, pathTemplate(name, value));
  }
}

function addressRange(value: string): string | undefined {
  if (value.includes('/')) return isRange(value) ? undefined : `bad CIDR range (${value})`;
  return isAddress(value) ? undefined : `bad IP address (${value})`;
}

const portText = (value: string): string | undefined =>
  /^\d+$/.test(value) && Number(value) <= 65535 ? undefined : `bad port (${value})`;

function trustDomain(name: string, value: string): string | undefined {
  return (
    wildcard(name, value) ??
    (value.includes('/') ? `trust domain must not contain '/', found in ${name}: ${quoted(value)}` : undefined)
  );
}

function wildcard(name: string, value: string): string | undefined {
  const stars = value.split('*').length - 1;
  if (stars > 1) return `at most one wildcard is allowed, found in ${name}: ${quoted(value)}`;
  const isInside = stars === 1 && !value.startsWith('*') && !value.endsWith('*');
  return isInside ? `wildcard is only allowed at the start or end, found in ${name}: ${quoted(value)}` : undefined;
}

function serviceAccounts(name: string, accounts: readonly string[]): string | undefined {
  if (accounts.length > 16) return 'may not have more than 16 values';
  for (const account of accounts) {
    if (account === '') return `empty value not allowed, found in ${name}`;
    if (account.includes('*')) return `wildcard not allowed, found in ${name}`;
    if (account.length > 320) return `value cannot exceed 320 characters, found ${quoted(account)} in ${name}`;
    const parts = account.split('/');
    if (parts.length > 2 || parts.includes('')) {
      return `expected format 'serviceAccount' or 'namespace/serviceAccount', found ${quoted(account)} in ${name}`;
    }
  }
  return undefined;
}

/** `/api/{*}/items/{**}` */
function pathTemplate(name: string, path: string): string | undefined {
  const trimmed = path.replace(/^\/+|\/+$/g, '');
  const isTemplate = /\{\*\*?\}/.test(path);
  const invalid = `invalid or unsupported path ${trimmed}, found in ${name}.`;
  let isOpen = false;
  for (const part of trimmed.split('/')) {
    if (part === '{*}' || part === '{**}') {
      if (isOpen) return `${invalid} {**} is not the last operator`;
      isOpen = part === '{**}';
    } else if (/[{}]/.test(part)) return `${invalid} Contains '{' or '}' beyond a supported path template`;
    else if (isTemplate && !/^[a-zA-Z0-9\-._~%!$&'()+,;:@=]+$/.test(part)) {
      return `${invalid} Contains segment ${part} with invalid string literal`;
    }
  }
  return undefined;
}

const operationKinds = both(['ports', 'methods', 'paths', 'hosts']);

function* operations(to: Field, at: string): Generator<Said> {
  if (to.isSet && to.items.length === 0) yield refusal(to, `\`to\` must not be empty, ${at}`);
  for (const one of to.items) {
    const operation = one.at('operation');
    if (!operation.isSet) {
      yield refusal(one, `\`to.operation\` must not be nil, ${at}`);
      continue;
    }
    if (!isFilled(operation, operationKinds)) yield refusal(operation, `\`to.operation\` must not be empty, ${at}`);
    for (const key of operationKinds) yield* values(operation.at(key), goName(key));
  }
}

function* conditionProblems(condition: Field): Generator<Said> {
  const key = textOf(condition.at('key'));
  if (key === '') {
    yield refusal(condition, '`key` must not be empty');
    return;
  }
  const lists = { value: condition.at('values'), notValue: condition.at('notValues') };
  if (lists.value.items.length + lists.notValue.items.length === 0) {
    yield refusal(condition, `at least one of \`values\` or \`notValues\` must be set for key ${key}`);
    return;
  }
  for (const [name, list] of Object.entries(lists)) {
    const problem = attributeProblem(key, list.texts);
    if (problem !== undefined) yield refusal(list, `invalid \`${name}\` for \`key\` ${key}: ${problem}`);
  }
}

const plain = new Set([
  ...['source.namespace', 'source.principal', 'request.auth.principal', 'request.auth.audiences'],
  ...['request.auth.presenter', 'connection.sni'],
]);

/** `ValidateAttribute` */
function attributeProblem(key: string, values: readonly string[]): string | undefined {
  if (values.includes('')) return `empty value not allowed, found in ${key}`;
  if (/^(?:request\.headers|request\.auth\.claims|experimental\.envoy\.filters\.)/.test(key)) {
    return /^.[^[]*\[.+\]$/s.test(key) ? undefined : `bad key (${key}): should have format a[b]`;
  }
  if (/^(?:source|remote|destination)\.ip$/.test(key)) return firstProblem(values, addressRange);
  if (key === 'destination.port') return firstProblem(values, portText);
  if (key === 'source.serviceAccount') return serviceAccounts(key, values);
  if (key === 'source.trustDomain') return firstProblem(values, (value) => wildcard(key, value));
  if (plain.has(key)) return undefined;
  if (key === 'destination.namespace') return `attribute ${key} is replaced by the metadata.namespace`;
  if (key.startsWith('destination.labels')) return `attribute ${key} is replaced by the workload selector`;
  if (/^destination\.(?:name|user)$/.test(key)) return `deprecated attribute ${key}: only supported in v1alpha1`;
  return `unknown attribute: ${key}`;
}

function firstProblem(values: readonly string[], form: (value: string) => string | undefined): string | undefined {
  for (const value of values) {
    const problem = form(value);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** What an external authorizer can't be asked for. */
function* unsupported(rule: Field): Generator<Said> {
  const keys = both(['namespaces', 'serviceAccounts', 'trustDomains', 'principals', 'requestPrincipals']);
  for (const one of rule.at('from').items) {
    for (const key of keys) {
      const list = one.at('source', key);
      if (list.items.length > 0)
        yield refusal(list, `From.${goName(key)} is currently not supported with CUSTOM action`);
    }
  }
  for (const condition of rule.at('when').items) {
    const key = textOf(condition.at('key'));
    if (!/^(?:source\.(?:namespace|serviceAccount|trustDomain|principal)$|request\.auth\.)/.test(key)) continue;
    yield refusal(condition.at('key'), `${key} is currently not supported with CUSTOM action`);
  }
}

const tcpSources = both(['principals', 'namespaces', 'serviceAccounts', 'ipBlocks', 'remoteIpBlocks']);

function* httpOnly(rule: Field): Generator<Said> {
  const [from, to] = [rule.at('from').items, rule.at('to').items];
  const tcpInFrom = from.some((one) => tcpSources.some((key) => one.at('source', key).isSet));
  const tcpInTo = to.some((one) => ['ports', 'notPorts'].some((key) => one.at('operation', key).isSet));
  const onlyHttp = to.length > 0 ? !tcpInTo : from.length > 0 && !tcpInFrom;
  if (!onlyHttp) return;
  const message =
    'configured AuthorizationPolicy will deny all traffic to TCP ports under its scope due to the use of only HTTP attributes in a DENY rule; it is recommended to explicitly specify the port';
  yield warning(rule, message);
}

function* dryRun(spec: Field, on: SourcedObject, action: string): Generator<Said> {
  const value = annotationOf(on, 'istio.io/dry-run');
  if (value === undefined) return;
  if (action !== 'ALLOW' && action !== 'DENY') {
    yield refusal(
      spec,
      `the annotation istio.io/dry-run currently only supports action ALLOW/DENY, found action ${action}`,
    );
  } else if (!/^(?:1|t|T|true|TRUE|True|0|f|F|false|FALSE|False)$/.test(value)) {
    yield refusal(spec, `annotation istio.io/dry-run with invalid value (${value})`);
  }
}
