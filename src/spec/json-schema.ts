import * as z from 'zod';
import type { JsonObject } from '../json.ts';
import { federationSpec } from './schema.ts';

/**
 * The spec as JSON Schema, for editors. What holds between two keys is not in it: `aegis-xc validate` knows. Draft 7 is the
 * newest that yaml-language-server reads.
 */
export function specJsonSchema(): JsonObject {
  const { $schema, ...schema } = z.toJSONSchema(federationSpec, { io: 'input', target: 'draft-7' });
  return {
    $schema,
    $id: 'https://aegis-xc.dev/schema/v1alpha1.json',
    title: 'aegis-xc federation spec',
    // zod types its result with optional keys and symbols; it is plain JSON.
    ...(schema as JsonObject),
  };
}
