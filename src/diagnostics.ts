import type { Code } from './codes.ts';

export type Severity = 'error' | 'warning' | 'info';

/** A place in the spec, from the root: `['services', 'backend-api', 'consumers', 0]`. */
export type Path = readonly (string | number)[];

/** An object in one cluster, and a field of it in dotted form. */
export interface ObjectRef {
  readonly cluster?: string;
  readonly apiVersion?: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly field?: string;
}

/** Line and column count from 1; `text` is the whole line, `length` how many characters the caret marks. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
  readonly length: number;
}

/** One finding, the same for every command that finds something. */
export interface Diagnostic {
  readonly code: Code;
  readonly severity: Severity;
  /** What is wrong, in the user's words. */
  readonly message: string;
  /** What to do next; a command where there is one. */
  readonly hint?: string;
  /** The place in the spec; `position` is found from it. */
  readonly at?: Path;
  /** Other places that it is about as well: whoever asks about one of them is told of it, too. */
  readonly alsoAt?: readonly Path[];
  /** Whether the key or its value is meant; default `value`. */
  readonly mark?: 'key' | 'value';
  readonly position?: Position;
  readonly object?: ObjectRef;
  /** The cluster that it was found in, where there is no object that says it. */
  readonly cluster?: string;
}

export const hasErrors = (diagnostics: readonly Diagnostic[]): boolean =>
  diagnostics.some(({ severity }) => severity === 'error');
