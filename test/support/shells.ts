import { findProgram, installPackages, packagesFor } from './debian.ts';
import { sayNotRun } from './not-run.ts';

/**
 * What unit tests drive beside Node: the shells of `completion`, and jq. Where they are missing and can't be installed, these
 * tests are skipped, and the run says so. Microsoft's PowerShell is in no Debian.
 */
export default async function setup(): Promise<void> {
  if (findProgram('pwsh') === undefined) sayNotRun('tests of PowerShell', 'it is not installed');
  const missing = packagesFor({ zsh: 'zsh', fish: 'fish', jq: 'jq', script: 'bsdutils' });
  if (missing.length === 0) return;
  process.stderr.write(`installing ${missing.join(', ')}\n`);
  const reason = await installPackages(missing);
  if (reason !== undefined) sayNotRun(`tests of ${missing.join(', ')}`, reason);
}
