import type { Code } from '../../../src/codes.ts';

/** YAML in which a check must find something, and YAML in which it must not: of one cluster, or by cluster. */
export interface ObjectExamples {
  readonly wrong: readonly WrongObjects[];
  readonly right: readonly RightObjects[];
}

export interface RightObjects {
  readonly title: string;
  readonly yaml: string | Readonly<Record<string, string>>;
}

export interface WrongObjects extends RightObjects {
  /** Where its findings are, as `-o json` says it: `ServiceEntry shop/catalog spec.hosts[0]`. */
  readonly at: string | readonly string[];
  readonly says?: string;
}

export type ObjectExamplesByCode = Partial<Record<Code, ObjectExamples>>;
