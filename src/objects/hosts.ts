/** Whether a pattern is `*` or begins with `*.`. */
export const isWildcard = (host: string): boolean => host.startsWith('*');

/** Whether Istio takes `host`, itself perhaps a pattern, as one of those that `pattern` means. */
export function covers(pattern: string, host: string): boolean {
  if (!isWildcard(pattern)) return pattern === host;
  return host.endsWith(pattern.slice(1)) && (pattern.length > 1 || host.length > 0);
}

/** Every pattern that covers this host, itself first: few of them, so that they can be looked up. No name has more than 253 letters. */
export function patternsOf(host: string): string[] {
  if (host.length > 253) return [host, '*'];
  const labels = host.split('.');
  const wider = labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
  return [...new Set([host, ...wider, '*'])];
}

/**
 * A name without a dot is a Service of the object's own namespace; any other is taken as it is, `reviews.prod` too
 * (`ResolveShortnameToFQDN` in `pilot/pkg/model/config.go`).
 */
export function fullHost(name: string, namespace: string): string {
  return name === '' || name.includes('.') || isWildcard(name) ? name : serviceHost(name, namespace);
}

export const serviceHost = (name: string, namespace: string): string => `${name}.${namespace}.svc.cluster.local`;

/** The parts of `backend-api.default.svc.cluster.local`; undefined for any other host. */
export function serviceOf(host: string): { readonly name: string; readonly namespace: string } | undefined {
  const [name, namespace, svc, ...domain] = host.split('.');
  return name && namespace && svc === 'svc' && domain.length > 0 ? { name, namespace } : undefined;
}

/** What a passthrough gateway routes by: `outbound_.<Service port>_.<subset>_.<host>`. */
export interface MeshSni {
  readonly port: number;
  readonly subset: string;
  readonly host: string;
}

export function meshSni(text: string | undefined): MeshSni | undefined {
  const [, port, subset, host] = /^outbound_\.(\d+)_\.([^_]*)_\.(.+)$/.exec(text ?? '') ?? [];
  return host === undefined ? undefined : { port: Number(port), subset: subset ?? '', host };
}

/** A `namespace/host` of a Gateway's server or a Sidecar, apart. */
export function scopedHost(text: string): { readonly namespace: string; readonly host: string } {
  const slash = text.indexOf('/');
  return slash < 0 ? { namespace: '*', host: text } : { namespace: text.slice(0, slash), host: text.slice(slash + 1) };
}
