import { Field } from './field.ts';
import type { SourcedObject } from './object-set.ts';

/** An object with what every check asks of it. */
export interface Located {
  readonly on: SourcedObject;
  /** Empty where none is written: the same for all objects of a cluster that have none. */
  readonly namespace: string;
  readonly spec: Field;
}

export const locatedOf = (on: SourcedObject): Located => ({
  on,
  namespace: on.namespace ?? '',
  spec: new Field(on.object).at('spec'),
});

/** The namespaces that an object is exported to, `.` written out; undefined where that is all of them. */
export function exportedTo({ namespace, spec }: Located): readonly string[] | undefined {
  const targets = spec.at('exportTo').texts;
  return targets.length === 0 || targets.includes('*') ? undefined : targets.map((to) => (to === '.' ? namespace : to));
}

export const isExportedTo = (located: Located, namespace: string): boolean =>
  exportedTo(located)?.includes(namespace) ?? true;

/** Whether some namespace sees both. */
export function haveCommonClients(one: Located, other: Located): boolean {
  const [some, others] = [exportedTo(one), exportedTo(other)];
  return !some || !others || some.some((namespace) => others.includes(namespace));
}

/** "VirtualService shop/backend-api", as findings name another object. */
export const nameOf = ({ on: { kind, namespace, name } }: { readonly on: SourcedObject }): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name === '' ? '(no name)' : name}`;
