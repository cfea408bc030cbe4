import { STATUS_CODES } from 'node:http';
import type { Field } from '../../../objects/field.ts';
import { formed, numberOf, refusal, type Said, textOf, warning } from '../said.ts';
import { duration, durations, isLabel, pattern, portNumber, quoted } from './forms.ts';
import { headerOperations, isClaim, matchedHeader } from './headers.ts';
import { destination, routeDestinations } from './routes.ts';

export interface Around {
  /** The VirtualService has no hosts: another one delegates to it. */
  readonly isDelegate: boolean;
  readonly isForGateway: boolean;
}

/** `validateHTTPRoute`. */
export function* httpRoute(route: Field, around: Around): Generator<Said> {
  yield* conflicts(route, around);
  for (const match of route.at('match').items) yield* matchProblems(match, around);
  yield* headerOperations(route.at('headers'));
  yield* cors(route.at('corsPolicy'));
  yield* fault(route.at('fault'));
  yield* mirrors(route);
  yield* redirect(route);
  yield* directResponse(route.at('directResponse'));
  yield* retries(route.at('retries'));
  yield* rewrite(route);
  for (const one of route.at('route').items) yield* headerOperations(one.at('headers'));
  yield* routeDestinations(route.at('route'));
  yield* durations(route.at('timeout'));
}

function* conflicts(route: Field, { isDelegate }: Around): Generator<Said> {
  const has = (key: string): boolean => route.at(key).isSet;
  const hasRoute = route.at('route').items.length > 0;
  if (has('delegate') && !isDelegate) {
    const name = textOf(route.at('name'));
    for (const key of ['redirect', 'route']) {
      if (has(key)) yield refusal(route.at(key), `root HTTP route ${name} must not specify ${key}`);
    }
    return;
  }
  if (has('delegate')) yield refusal(route.at('delegate'), 'delegate HTTP route cannot contain delegate');
  const end = has('redirect') ? 'redirect' : has('directResponse') ? 'directResponse' : undefined;
  if (end === undefined && !hasRoute) yield refusal(route, 'HTTP route, redirect or direct_response is required');
  if (end !== undefined) {
    const name = end === 'redirect' ? 'redirect' : 'direct_response';
    if (hasRoute) yield refusal(route.at(end), `HTTP route cannot contain both route and ${name}`);
    if (has('fault')) yield refusal(route.at('fault'), `HTTP route cannot contain both fault and ${name}`);
    if (has('rewrite')) yield refusal(route.at('rewrite'), `HTTP route rule cannot contain both rewrite and ${name}`);
    if (end === 'redirect' && has('directResponse')) {
      yield refusal(route.at('directResponse'), 'HTTP route rule cannot contain both direct_response and redirect');
    }
  }
  if (has('mirror') && route.at('mirrors').items.length > 0) {
    yield refusal(route.at('mirrors'), 'HTTP route cannot contain both mirror and mirrors');
  }
}

function* matchProblems(match: Field, { isForGateway }: Around): Generator<Said> {
  for (const where of ['headers', 'withoutHeaders']) {
    for (const [name, value] of match.at(where).entries) {
      yield* formed(value, matchedHeader(name));
      if (!isForGateway && isClaim(name)) {
        yield refusal(value, `JWT claim based routing (key: ${name}) is only supported for gateway, found no gateways`);
      }
      // `*` stands for any value, and is no pattern.
      if (where === 'headers' || value.at('regex').text !== '*') yield* stringMatch(value, where);
    }
  }
  // Only a path may begin with nothing.
  yield* regexMatch(match.at('uri'), 'uri');
  for (const key of ['scheme', 'method', 'authority']) yield* stringMatch(match.at(key), key);
  for (const [, value] of match.at('queryParams').entries) yield* stringMatch(value, 'queryParams');
  const namespace = textOf(match.at('sourceNamespace'));
  if (namespace !== '' && !isLabel(namespace)) {
    yield refusal(match.at('sourceNamespace'), `sourceNamespace match ${namespace} is invalid`);
  }
}

function* stringMatch(match: Field, where: string): Generator<Said> {
  if (match.at('prefix').text === '') {
    yield refusal(match.at('prefix'), `${quoted(where)}: prefix string match should not be empty`);
  }
  yield* regexMatch(match, where);
}

function* regexMatch(match: Field, where: string): Generator<Said> {
  const { text } = match.at('regex');
  if (text !== undefined) yield* formed(match.at('regex'), pattern(text, where));
}

const corsMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', '*']);

function* cors(policy: Field): Generator<Said> {
  for (const origin of policy.at('allowOrigins').items) {
    const written = ['exact', 'prefix', 'regex'].map((key) => textOf(origin.at(key))).find((text) => text !== '');
    if (written === undefined) yield refusal(origin, "'' is not a valid match type for CORS allow origins");
    else yield* regexMatch(origin, 'corsPolicy.allowOrigins');
  }
  for (const method of policy.at('allowMethods').items) {
    if (corsMethods.has(textOf(method))) continue;
    yield refusal(method, `${quoted(textOf(method))} is not a supported HTTP method`);
  }
  for (const name of [...policy.at('allowHeaders').items, ...policy.at('exposeHeaders').items]) {
    const text = textOf(name);
    if (text === '') yield refusal(name, 'header name cannot be empty');
    else if (!/^[-!#$%&'*+.^_`|~A-Za-z0-9]+$/.test(text)) {
      yield refusal(name, `header name ${text} is not a valid header name`);
    }
  }
  const maxAge = policy.at('maxAge');
  yield* durations(maxAge);
  if (maxAge.isSet && duration(textOf(maxAge)) === undefined && /ms/.test(textOf(maxAge))) {
    yield refusal(maxAge, 'max_age duration is accurate only to seconds precision');
  }
}

function* fault(field: Field): Generator<Said> {
  if (!field.isSet) return;
  const [abort, delay] = [field.at('abort'), field.at('delay')];
  if (!abort.isSet && !delay.isSet) yield refusal(field, 'HTTP fault injection must have an abort and/or a delay');
  yield* fraction(abort.at('percentage'));
  yield* fraction(delay.at('percentage'));
  if (abort.at('grpcStatus').isSet) yield* grpcStatus(abort.at('grpcStatus'));
  else if (abort.at('http2Error').isSet) yield refusal(abort, 'HTTP/2 abort fault injection not supported yet');
  else if (abort.at('httpStatus').isSet) yield* httpStatus(abort.at('httpStatus'));
  else if (abort.isSet) yield warning(abort, 'abort configured, but error type not set');
  yield* durations(delay.at('fixedDelay'), delay.at('exponentialDelay'));
  if (delay.at('exponentialDelay').isSet) {
    yield refusal(delay.at('exponentialDelay'), 'exponentialDelay not supported yet');
  }
}

function* fraction(percentage: Field): Generator<Said> {
  const value = numberOf(percentage.at('value'));
  if (value < 0 || value > 100 || (value > 0 && value < 0.0001)) {
    yield refusal(percentage.at('value'), `percentage ${value} is neither 0.0, nor in range [0.0001, 100.0]`);
  }
}

function* httpStatus(field: Field): Generator<Said> {
  const status = numberOf(field);
  if (status < 200 || status > 600) yield refusal(field, `HTTP status ${status} is not in range 200-599`);
}

/** https://github.com/grpc/grpc/blob/master/doc/statuscodes.md */
const grpcStatuses = new Set([
  ...['OK', 'CANCELLED', 'UNKNOWN', 'INVALID_ARGUMENT', 'DEADLINE_EXCEEDED', 'NOT_FOUND', 'ALREADY_EXISTS'],
  ...['PERMISSION_DENIED', 'RESOURCE_EXHAUSTED', 'FAILED_PRECONDITION', 'ABORTED', 'OUT_OF_RANGE', 'UNIMPLEMENTED'],
  ...['INTERNAL', 'UNAVAILABLE', 'DATA_LOSS', 'UNAUTHENTICATED'],
]);

function* grpcStatus(field: Field): Generator<Said> {
  if (grpcStatuses.has(textOf(field))) return;
  const where = 'See https://github.com/grpc/grpc/blob/master/doc/statuscodes.md for a list of supported codes';
  yield refusal(field, `gRPC status ${quoted(textOf(field))} is not supported. ${where}, for example 'NOT_FOUND'`);
}

function* mirrors(route: Field): Generator<Said> {
  const percent = ['mirrorPercent', 'mirror_percent'].map((key) => route.at(key)).find(({ isSet }) => isSet);
  if (percent) {
    const value = numberOf(percent);
    if (value > 100) yield refusal(percent, `mirror_percent must have a max value of 100 (it has ${value})`);
    yield warning(percent, 'using deprecated setting "mirrorPercent", use "mirrorPercentage" instead');
  }
  yield* mirrorPercentage(route.at('mirrorPercentage'), 'mirror_percentage');
  yield* destination(route.at('mirror'));
  for (const mirror of route.at('mirrors').items) {
    if (!mirror.at('destination').isSet) yield refusal(mirror, 'destination is required for mirrors');
    yield* destination(mirror.at('destination'));
    yield* mirrorPercentage(mirror.at('percentage'), 'mirror percentage');
  }
}

function* mirrorPercentage(field: Field, name: string): Generator<Said> {
  const value = numberOf(field.at('value'));
  if (value > 100) yield refusal(field, `${name} must have a max value of 100 (it has ${value})`);
  if (value < 0) yield refusal(field, `${name} must have a min value of 0 (it has ${value})`);
}

/** Only the first of its problems is told. */
function* redirect(route: Field): Generator<Said> {
  const field = route.at('redirect');
  const problem = field.isSet ? redirectProblem(field, route.at('match').items) : undefined;
  yield* formed(field, problem);
}

function redirectProblem(redirect: Field, matches: readonly Field[]): string | undefined {
  const [uri, prefix, authority, scheme] = ['uri', 'prefixRewrite', 'authority', 'scheme'].map((key) =>
    textOf(redirect.at(key)),
  );
  const [code, port] = [numberOf(redirect.at('redirectCode')), redirect.at('port')];
  if (uri && prefix) return 'redirect may only specify one of uri or prefix_rewrite';
  const needsPrefixes =
    prefix && matches.some((match) => match.at('uri').isSet && match.at('uri', 'prefix').text === undefined);
  if (needsPrefixes) return 'redirect prefix_rewrite requires all URI matches to use prefix match type';
  if (!uri && !prefix && !authority && !scheme && !port.isSet && !redirect.at('derivePort').isSet) {
    return 'redirect must specify URI, authority, scheme, or port';
  }
  if (code !== 0 && (code < 300 || code > 399)) return `${code} is not a valid redirect code, must be 3xx`;
  if (!/^(?:https?|)$/.test(scheme ?? '')) return 'invalid redirect scheme, must be "http" or "https"';
  return numberOf(port) > 0 ? portNumber(numberOf(port)) : undefined;
}

function* directResponse(response: Field): Generator<Said> {
  if (!response.isSet) return;
  const { string, bytes } = {
    string: textOf(response.at('body', 'string')),
    bytes: textOf(response.at('body', 'bytes')),
  };
  const size = Buffer.byteLength(string) || Math.floor((bytes.length * 3) / 4);
  const message = 'large direct_responses may impact control plane performance';
  if (size > 1024 * 1024) yield refusal(response.at('body'), `${message}, must be less than 1MB`);
  else if (size > 100 * 1024) yield warning(response.at('body'), message);
  yield* httpStatus(response.at('status'));
}

const retryConditions = new Set([
  ...['5xx', 'gateway-error', 'reset', 'reset-before-request', 'connect-failure', 'retriable-4xx', 'refused-stream'],
  ...['retriable-status-codes', 'retriable-headers', 'envoy-ratelimited', 'http3-post-connect-failure'],
  ...['cancelled', 'deadline-exceeded', 'internal', 'resource-exhausted', 'unavailable'],
]);

function* retries(field: Field): Generator<Said> {
  if (!field.isSet) return;
  const attempts = numberOf(field.at('attempts'));
  if (attempts < 0) yield refusal(field.at('attempts'), 'attempts cannot be negative');
  const isConfigured =
    field.at('perTryTimeout').isSet || textOf(field.at('retryOn')) !== '' || field.at('retryRemoteLocalities').isSet;
  if (attempts === 0 && isConfigured) {
    yield refusal(field, 'http retry policy configured when attempts are set to 0 (disabled)');
  }
  yield* durations(field.at('perTryTimeout'), field.at('backoff'));
  const conditions = textOf(field.at('retryOn'));
  for (const condition of conditions === '' ? [] : conditions.split(',')) {
    if (retryConditions.has(condition) || (/^\d+$/.test(condition) && STATUS_CODES[Number(condition)])) continue;
    yield refusal(field.at('retryOn'), `${quoted(condition)} is not a valid retryOn policy`);
  }
}

function* rewrite(route: Field): Generator<Said> {
  const field = route.at('rewrite');
  if (field.isSet) yield* formed(field, rewriteProblem(field));
  const set = [...route.at('headers', 'request', 'set').entries, ...route.at('headers', 'request', 'add').entries];
  let current = textOf(field.at('authority'));
  for (const [, value] of set.filter(([name]) => /^(?::authority|host)$/i.test(name))) {
    if (current !== '') {
      const message = `authority header cannot be set multiple times: have ${quoted(current)}, attempting to set ${quoted(textOf(value))}`;
      yield refusal(value, message);
      return;
    }
    current = textOf(value);
  }
}

function rewriteProblem(rewrite: Field): string | undefined {
  const [uri, regex] = [textOf(rewrite.at('uri')), rewrite.at('uriRegexRewrite')];
  if (uri !== '' && regex.isSet) return 'rewrite may only contain one of URI or UriRegexRewrite';
  if (uri === '' && !regex.isSet && textOf(rewrite.at('authority')) === '') {
    return 'rewrite must specify at least one of URI, UriRegexRewrite, or authority. Only one of URI or UriRegexRewrite may be specified';
  }
  if (!regex.isSet) return undefined;
  const [match, replacement] = [textOf(regex.at('match')), textOf(regex.at('rewrite'))];
  if (match === '' || replacement === '')
    return 'UriRegexRewrite requires both Rewrite and Match fields to be specified';
  return pattern(match, 'HTTPRewrite.UriRegexRewrite.Match');
}
