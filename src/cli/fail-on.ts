import { Option } from 'commander';
import type { Diagnostic } from '../diagnostics.ts';

export type FailOn = 'error' | 'warning';

export const failOnOption = (): Option =>
  new Option('--fail-on <severity>', 'what counts as a failure').choices(['error', 'warning']).default('error');

/** Whether there is a finding of that severity or a worse one. */
export const fails = (diagnostics: readonly Diagnostic[], failOn: FailOn): boolean => diagnostics.some(failing[failOn]);

const failing: Readonly<Record<FailOn, (diagnostic: Diagnostic) => boolean>> = {
  error: ({ severity }) => severity === 'error',
  warning: ({ severity }) => severity !== 'info',
};
