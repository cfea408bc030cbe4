import type { Json } from '../../json.ts';

/** The part of OpenAPI that resource definitions use; `scripts/schemas.ts` makes it of them, without the prose. */
export interface Schema {
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minProperties?: number;
  readonly maxProperties?: number;
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly not?: Schema;
  readonly default?: Json;
  readonly nullable?: boolean;
  /** Text or a number: a port by its name or number. */
  readonly intOrString?: boolean;
  /** Fields of any name may be there. */
  readonly open?: boolean;
  /** No two items alike, or none with the same values of these keys. */
  readonly unique?: true | readonly string[];
  readonly rules?: readonly { readonly rule: string; readonly message?: string }[];
}

/** What the API server knows of a kind. */
export interface KindSchema {
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
  /** Those that are served, the one to write first. */
  readonly versions: readonly string[];
  readonly schema: Schema;
}
