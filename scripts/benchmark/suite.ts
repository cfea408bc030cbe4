import type { Measurement } from './measure.ts';

export const cli = 'bin/aegis-xc.js';

export interface Tools {
  readonly rounds: number;
  /** A spec of so many services, as a file. */
  readonly specFile: (services: number) => string;
  /** For whatever a suite has to keep meanwhile. */
  readonly folder: string;
  readonly say: (text: string) => void;
}

export interface Suite {
  readonly name: string;
  readonly goals: readonly Goal[];
  run(tools: Tools): Promise<Measurement[]>;
}

/** What a contender is held against. */
export interface Goal {
  readonly what: string;
  readonly contender: string;
  /** Not needed for a limit of memory. */
  readonly against?: string;
  /** Without it the two are only shown beside each other. */
  readonly atMost?: { readonly times: number } | { readonly plusMilliseconds: number } | { readonly mebibytes: number };
}
