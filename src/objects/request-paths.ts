/**
 * A path as policies see it: without its query, and normalized as Istio has Envoy do it unless MeshConfig says otherwise
 * (`pathNormalization: BASE`): `.` and `..` are resolved, `\` is `/`, letters that need no escape lose it; two slashes stay
 * two, and `%2F` stays what it is. Undefined for a path that Envoy refuses.
 */
export function normalPath(path: string): string | undefined {
  const [raw = ''] = path.split(/[?#]/, 1);
  if (!raw.startsWith('/') && !raw.startsWith('\\')) return undefined;
  return withoutDots(unescaped(raw).replaceAll('\\', '/'));
}

/** Why no request has a path like that, and what may have been meant. */
export interface ImpossiblePath {
  readonly why: string;
  readonly instead: string;
}

/**
 * What a policy or a route compares with paths: the whole path, or how it begins or ends. Undefined where some request fits.
 * `isNormal` is false where MeshConfig has Envoy leave the path as the client wrote it.
 */
export function impossiblePath(
  text: string,
  part: 'all' | 'begin' | 'end',
  isNormal: boolean,
): ImpossiblePath | undefined {
  const query = text.search(/[?#]/);
  if (query >= 0) return { why: 'the query is no part of the path', instead: text.slice(0, query) };
  if (part === 'end') return undefined;
  if (!text.startsWith('/')) return { why: 'a path begins with "/"', instead: `/${text}` };
  // The last part of a beginning may go on.
  const known = part === 'all' ? text.length : Math.max(text.lastIndexOf('/'), text.lastIndexOf('\\')) + 1;
  const normal = normalPath(text.slice(0, known));
  if (!isNormal || normal === undefined || normal === text.slice(0, known)) return undefined;
  return { why: 'requests are compared after their path was normalized', instead: normal + text.slice(known) };
}

const unescaped = (path: string): string =>
  path.replace(/%[0-9a-fA-F]{2}/g, (escaped) => {
    const letter = String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(letter) ? letter : escaped;
  });

function withoutDots(path: string): string {
  const segments: string[] = [];
  const all = path.slice(1).split('/');
  all.forEach((segment, n) => {
    if (segment === '..') segments.pop();
    if (segment !== '.' && segment !== '..') segments.push(segment);
    else if (n === all.length - 1) segments.push('');
  });
  return `/${segments.join('/')}`;
}

/** `{*}` is one segment, `{**}` any number of them (Envoy's `uri_template`). */
export function templateFits(template: string, path: string): boolean {
  const parts = template.split(/(\{\*\*\}|\{\*\})/);
  const pattern = parts.map((part) =>
    part === '{**}' ? '.*' : part === '{*}' ? '[^/]+' : part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'),
  );
  return new RegExp(`^${pattern.join('')}$`).test(path);
}
