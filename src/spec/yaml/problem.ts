import type { Code } from '../../codes.ts';
import type { Path } from '../../diagnostics.ts';
import type { Range } from './lines.ts';

/** What is said about a place in the text. */
export interface Said {
  readonly code: Code;
  readonly message: string;
  readonly hint?: string;
}

/** A finding in the text itself, before anything is known about keys and values. */
export interface Problem extends Range, Said {
  readonly at?: Path;
  readonly mark?: 'key' | 'value';
}

export const secondDocument = {
  code: 'AXC1006',
  message: 'a second document begins here',
  hint: 'one file is one spec: put the other document in a file of its own',
} as const satisfies Said;
