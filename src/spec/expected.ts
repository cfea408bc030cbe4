import * as z from 'zod';
import { allowedValues, bare, type Schema } from './shape.ts';

/** What a schema wants, as a message says it after "must be". */
export function expected(schema: Schema | undefined): string {
  const content = schema && bare(schema);
  if (content instanceof z.ZodNumber) return numberText(content);
  if (content instanceof z.ZodBoolean) return 'true or false';
  if (content instanceof z.ZodArray) return 'a list';
  if (content instanceof z.ZodObject || content instanceof z.ZodRecord) return 'a map';
  if (content instanceof z.ZodEnum || content instanceof z.ZodLiteral) return oneOf(allowedValues(content));
  return content instanceof z.ZodUnion ? content.options.map(expected).join(' or ') : 'text';
}

function numberText({ minValue, maxValue, format }: z.ZodNumber): string {
  const kind = format === 'safeint' ? 'a whole number' : 'a number';
  return `${kind} from ${minValue ?? '-∞'} to ${maxValue ?? '∞'}`;
}

export function oneOf(values: readonly (string | number)[]): string {
  const quoted = values.map((value) => JSON.stringify(value));
  return quoted.length === 1 ? (quoted[0] ?? '') : `one of ${quoted.join(', ')}`;
}
