import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';

/** The commit that the spec's folder is at, for the history; undefined outside of a repository, or without git. */
export function commitOf(file: string): string | undefined {
  if (file === '-') return undefined;
  try {
    const answer = execFileSync('git', ['rev-parse', '--short=12', 'HEAD'], {
      cwd: dirname(file),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 2_000,
    });
    return answer.trim() || undefined;
  } catch {
    return undefined;
  }
}
