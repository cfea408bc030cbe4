import { normalPath, templateFits } from '../objects/request-paths.ts';
import type { Call, HttpRequest } from './call.ts';
import { fits, globFits } from './patterns.ts';
import { principalsMeant, trustDomainsMeant } from './trust-domains.ts';
import { dependsOn, dependsOnRequest, type Truth } from './truth.ts';

/** Where a policy stands: what its values mean hangs on that. */
export interface PolicyPlace {
  readonly namespace: string;
  /** Of its mesh: its own, then the aliases. */
  readonly trustDomains: readonly string[];
}

/** Something of a call that policies have values for. */
export interface Attribute {
  /** Known on HTTP ports only: elsewhere an ALLOW rule with it is void, and other rules forget it. */
  readonly http: boolean;
  readonly holds: (value: string, call: Call, place: PolicyPlace) => Truth;
}

/** The attribute of a condition, by its key; undefined is one that Istio doesn't know, and then the whole rule is void. */
export function attributeOf(key: string): Attribute | undefined {
  const known = exact.get(key);
  if (known) return known;
  const open = families.find(({ start }) => key.startsWith(start));
  return open && { http: open.http, holds: () => dependsOn(`${key} of the request`) };
}

const tls = (holds: Attribute['holds']): Attribute => ({ http: false, holds });
const ofCaller = (holds: (value: string, id: string, place: PolicyPlace) => boolean): Attribute =>
  tls((value, { principal }, place) => principal !== undefined && holds(value, `spiffe://${principal}`, place));
const unknown = (http: boolean, fact: string): Attribute => ({ http, holds: () => dependsOn(fact) });

/** As in `pilot/pkg/security/authz/model/generator.go`, which makes Envoy's matchers of them. */
const exact: ReadonlyMap<string, Attribute> = new Map<string, Attribute>([
  [
    'source.principal',
    ofCaller((value, id, { trustDomains }) =>
      principalsMeant(value, trustDomains).some((one) => fits(one === '*' ? '*' : spiffe(one), id)),
    ),
  ],
  ['source.namespace', ofCaller((value, id) => globFits(`*/ns/${value}/*`, id))],
  ['source.serviceAccount', ofCaller((value, id, { namespace }) => isAccount(value, id, namespace))],
  [
    'source.trustDomain',
    ofCaller((value, id, { trustDomains }) =>
      trustDomainsMeant(value, trustDomains).some((one) => globFits(one, id.split('/')[2] ?? '')),
    ),
  ],
  ['source.ip', unknown(false, "the address of the caller's pod, or of the gateway that passes it on")],
  ['remote.ip', unknown(false, "the caller's original address")],
  ['destination.ip', unknown(false, "the address of the workload's pod")],
  ['destination.port', tls((value, { port }) => /^\d+$/.test(value) && Number(value) === port)],
  ['connection.sni', tls((value, { sni }) => (sni === undefined ? dependsOn('the SNI') : fits(value, sni)))],
  ['request.auth.principal', unknown(true, 'the token of the request')],
  ['request.auth.audiences', unknown(true, 'the token of the request')],
  ['request.auth.presenter', unknown(true, 'the token of the request')],
  ['method', { http: true, holds: (value, { http }) => ofRequest(http?.method, (method) => fits(value, method)) }],
  ['path', { http: true, holds: (value, { http }) => ofPath(value, http) }],
  ['host', { http: true, holds: (value, { http }) => oneOfHosts(value, http?.hosts ?? []) }],
]);

const families = [
  { start: 'request.headers', http: true },
  { start: 'request.auth.claims', http: true },
  { start: 'experimental.envoy.filters.', http: false },
] as const;

/** With a star in front, what comes before the end may be anything behind the scheme. */
const spiffe = (principal: string): string => (principal.startsWith('*') ? principal : `spiffe://${principal}`);

/** `batch` in the policy's own Namespace, or `jobs/batch`. */
function isAccount(value: string, id: string, own: string): boolean {
  const slash = value.indexOf('/');
  const [namespace, account] = slash < 0 ? [own, value] : [value.slice(0, slash), value.slice(slash + 1)];
  return id.endsWith(`/ns/${namespace}/sa/${account}`);
}

const ofRequest = (part: string | undefined, holds: (part: string) => boolean): Truth =>
  part === undefined ? dependsOnRequest : holds(part);

function ofPath(value: string, http: HttpRequest | undefined): Truth {
  if (http?.rewritesPath) return value === '*' || dependsOn('which path its route rewrites it to');
  return ofRequest(http?.path, (path) => pathFits(value, path));
}

function pathFits(value: string, path: string): boolean {
  const normal = normalPath(path);
  return (
    normal !== undefined &&
    (value.includes('{*}') || value.includes('{**}') ? templateFits(value, normal) : fits(value, normal))
  );
}

/** Envoy compares hosts without regard to case. */
function oneOfHosts(value: string, hosts: readonly string[]): Truth {
  const found = hosts.map((host) => fits(value.toLowerCase(), host.toLowerCase()));
  if (found.length === 0 || (found.includes(true) && found.includes(false)))
    return value === '*' || dependsOn(`the Host header, where ${value} is asked for`);
  return found.includes(true);
}
