import * as z from 'zod';
import type { KindSchema, Schema } from '../../src/objects/schema/schema.ts';
import type { Crd } from '../bench/crds.ts';

/** What lint needs of a resource definition: the schema of its newest version, without prose and status. */
export function compactKind(crd: Crd): KindSchema {
  const { group, names, scope, versions } = definition.parse(crd.spec);
  const served = versions.filter(({ served }) => served).toSorted((a, b) => rank(b.name) - rank(a.name));
  const [newest] = served;
  if (!newest) throw new Error(`${names.kind} is served in no version`);
  const { properties = {}, ...rest } = compactSchema(newest.schema.openAPIV3Schema);
  const { apiVersion: _version, kind: _kind, metadata: _metadata, status: _status, ...own } = properties;
  return {
    group,
    kind: names.kind,
    namespaced: scope === 'Namespaced',
    versions: served.map(({ name }) => name),
    schema: { ...rest, properties: own },
  };
}

const definition = z.object({
  group: z.string(),
  names: z.object({ kind: z.string() }),
  scope: z.enum(['Namespaced', 'Cluster']),
  versions: z.array(
    z.object({
      name: z.string(),
      served: z.boolean(),
      schema: z.object({ openAPIV3Schema: z.record(z.string(), z.unknown()) }),
    }),
  ),
});

/** `v1` before `v1beta1` before `v1alpha3`. */
const rank = (version: string): number => {
  const [, major, stage = '', minor = '0'] = /^v(\d+)(alpha|beta)?(\d+)?$/.exec(version) ?? [];
  return Number(major) * 1e6 + ({ alpha: 1, beta: 2 }[stage] ?? 3) * 1e3 + Number(minor);
};

const kept = new Set([
  ...[
    'type',
    'required',
    'enum',
    'pattern',
    'format',
    'minimum',
    'maximum',
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
  ],
  ...['minProperties', 'maxProperties', 'default', 'nullable'],
]);

/** Throws for a keyword that would be lost. */
function compactSchema(source: Readonly<Record<string, unknown>>): Schema {
  const entries = Object.entries(source).flatMap(([key, value]): [string, unknown][] => {
    if (kept.has(key)) return [[key, value]];
    if (key === 'description' || key === 'x-kubernetes-map-type') return [];
    if (key === 'properties')
      return [
        [key, Object.fromEntries(Object.entries(maps.parse(value)).map(([name, one]) => [name, compactSchema(one)]))],
      ];
    if (key === 'items' || key === 'not') return [[key, compactSchema(map.parse(value))]];
    if (key === 'additionalProperties')
      return [
        [key, compactSchema(value === true ? { 'x-kubernetes-preserve-unknown-fields': true } : map.parse(value))],
      ];
    if (key === 'allOf' || key === 'anyOf' || key === 'oneOf')
      return [[key, z.array(map).parse(value).map(compactSchema)]];
    if (key === 'x-kubernetes-int-or-string') return [['intOrString', true]];
    if (key === 'x-kubernetes-preserve-unknown-fields') return [['open', true]];
    if (key === 'x-kubernetes-list-type') return value === 'set' ? [['unique', true]] : [];
    if (key === 'x-kubernetes-list-map-keys') return [['unique', value]];
    if (key === 'x-kubernetes-validations')
      return [['rules', rules.parse(value).filter(({ rule }) => !rule.includes('oldSelf'))]];
    throw new Error(`the keyword ${key} is not known`);
  });
  // What this makes is what the type says: the keywords are those of OpenAPI.
  return Object.fromEntries(entries) as Schema;
}

const map = z.record(z.string(), z.unknown());
const maps = z.record(z.string(), map);
const rules = z.array(z.object({ rule: z.string(), message: z.string().optional() }));
