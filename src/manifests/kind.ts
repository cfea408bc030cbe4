import type * as z from 'zod';
import type { Path } from '../diagnostics.ts';
import type { JsonObject } from '../json.ts';
import type { Federation } from '../model/federation.ts';
import { type Binder, compileTemplate, type Values } from './bind.ts';
import type { BuildStage, Resource } from './manifest.ts';
import { templates } from './templates.ts';

/** What one object of a kind is made of. */
export interface Instance<V = Values> {
  readonly cluster: string;
  /** Where in the spec it comes from. */
  readonly at: Path;
  readonly values: V;
}

/** A kind of object that we render. */
export interface ManifestKind {
  readonly summary: string;
  readonly template: string;
  readonly tree: JsonObject;
  readonly values: z.ZodType;
  readonly resource: Resource;
  readonly stage: BuildStage;
  readonly bind: Binder;
  readonly instances: (federation: Federation) => readonly Instance[];
}

interface Definition<S extends z.ZodType> {
  readonly summary: string;
  /** Path of the template within `templates/`. */
  readonly template: string;
  /** What the API calls it: `serviceentries`. */
  readonly plural: string;
  readonly stage: BuildStage;
  readonly namespaced?: boolean;
  /** Exactly the placeholders of the template; a test holds them equal. */
  readonly values: S;
  /** One for every object that the federation needs. */
  readonly instances: (federation: Federation) => readonly Instance<z.output<S>>[];
}

export function defineKind<S extends z.ZodType<Values>>(definition: Definition<S>): ManifestKind {
  const { template, plural, namespaced = true } = definition;
  const tree = templates[template];
  const { apiVersion, kind } = tree ?? {};
  if (tree === undefined || typeof apiVersion !== 'string' || typeof kind !== 'string') {
    throw new Error(`${template} is no template of an object`);
  }
  return {
    ...definition,
    tree,
    resource: { apiVersion, kind, plural, namespaced },
    bind: compileTemplate(tree),
  };
}
