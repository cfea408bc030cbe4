import type { Code } from '../../src/codes.ts';
import type { FederationInput } from '../support/federation.ts';

/** Specs that a check must find something in, and specs in which it must not. */
export interface Examples {
  readonly wrong: readonly Wrong[];
  readonly right: readonly Right[];
}

export interface Wrong {
  readonly title: string;
  readonly spec: FederationInput;
  /** Where its one finding is. */
  readonly at: string;
  readonly says?: string;
}

export interface Right {
  readonly title: string;
  readonly spec: FederationInput;
}

export type ExamplesByCode = Partial<Record<Code, Examples>>;
