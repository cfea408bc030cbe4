import * as z from 'zod';
import { importNamespace } from '../../model/imports.ts';
import { defineKind } from '../kind.ts';

export const namespace = defineKind({
  summary: 'The Namespace of imports',
  template: 'core/namespace.yaml',
  plural: 'namespaces',
  namespaced: false,
  stage: 'ground',
  values: z.strictObject({ name: z.string() }),
  instances: ({ clusters, imports }) => {
    const needed = new Set(imports.filter((one) => one.namespace === importNamespace).map(({ cluster }) => cluster));
    return clusters
      .filter((cluster) => needed.has(cluster))
      .map(({ name, at }) => ({ cluster: name, at, values: { name: importNamespace } }));
  },
});
