import type { Field } from '../../objects/field.ts';

/**
 * What the validation webhook of Istio or cert-manager says about a field, in its own words: an error refuses the object, a warning lets
 * it in. Read were `pkg/config/validation` of istio/istio 1.31 and `internal/apis/certmanager/validation` of cert-manager 1.21.
 */
export interface Said {
  readonly message: string;
  readonly field: Field;
  readonly severity?: 'warning';
}

export const refusal = (field: Field, message: string): Said => ({ message, field });
export const warning = (field: Field, message: string): Said => ({ message, field, severity: 'warning' });

/** A refusal, where a form has something to say. */
export function* formed(field: Field, problem: string | undefined): Generator<Said> {
  if (problem !== undefined) yield refusal(field, problem);
}

/** In Istio's types a text that is not there and an empty one are the same, and so are 0 and no number. */
export const textOf = ({ text }: Field): string => text ?? '';
export const numberOf = ({ number }: Field): number => number ?? 0;
export const isTrue = ({ value }: Field): boolean => value === true;
