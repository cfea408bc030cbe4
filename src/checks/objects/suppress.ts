import { isJsonObject } from '../../json.ts';
import type { SourcedObject } from '../../objects/object-set.ts';

/** Findings that are not to be told: of a code, on an object or on all. */
export interface Suppression {
  readonly codes: RegExp;
  readonly objects: RegExp | undefined;
}

/**
 * `AXC2101`, `AXC2101=ServiceEntry/shop/catalog`, with `*` for anything: the form of `istioctl analyze --suppress`. Undefined for what has
 * another form.
 */
export function parseSuppression(text: string): Suppression | undefined {
  const [, code = '', object] = /^(AXC[\d*]+|\*)(?:=(.+))?$/i.exec(text.trim()) ?? [];
  if (code === '') return undefined;
  return { codes: wildcard(code.toUpperCase()), objects: object === undefined ? undefined : wildcard(object) };
}

export const isSuppressed = (
  suppressions: readonly Suppression[],
  code: string,
  on?: Pick<SourcedObject, 'kind' | 'namespace' | 'name'>,
): boolean =>
  suppressions.some(
    ({ codes, objects }) =>
      codes.test(code) && (objects === undefined || (on !== undefined && objects.test(nameOf(on)))),
  );

/** `ServiceEntry/shop/catalog`, `ClusterIssuer/shop-root`. */
const nameOf = ({ kind, namespace, name }: Pick<SourcedObject, 'kind' | 'namespace' | 'name'>): string =>
  [kind, namespace, name].filter((part) => part !== undefined).join('/');

const wildcard = (pattern: string): RegExp =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replace(/\*+/g, '.*')}$`);

/** What an object says of itself: by our annotation, and by the one of `istioctl analyze` for the checks that both have. */
export function suppressesItself({ object }: SourcedObject, code: string, analyzers: readonly string[] = []): boolean {
  const metadata = isJsonObject(object.metadata) ? object.metadata : {};
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  const ours = listIn(annotations['aegis-xc.dev/suppress']);
  if (ours.some((one) => wildcard(one.toUpperCase()).test(code))) return true;
  return listIn(annotations['galley.istio.io/analyze-suppress']).some(
    (one) => one === '*' || analyzers.includes(one.toUpperCase()),
  );
}

const listIn = (annotation: unknown): string[] =>
  typeof annotation === 'string'
    ? annotation
        .split(',')
        .map((part) => part.trim())
        .filter((part) => part !== '')
    : [];
