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
