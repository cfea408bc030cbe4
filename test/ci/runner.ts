import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type CliResult, launcher, runProgram } from '../support/cli.ts';
import { temporaryFolder } from '../support/folder.ts';

/** A runner of a pipeline: a checkout of the repository, `aegis-xc` on the PATH, and the files that the service reads. */
export interface Runner {
  readonly cwd: string;
  /** Runs a script as the service does; `${{ … }}` in its variables must have been replaced. */
  run(script: string, env?: Readonly<Record<string, string>>): Promise<CliResult>;
  /** What the service has been told since: the summary of the run, and the outputs of the step. */
  summary(): string;
  outputs(): Record<string, string>;
}

export function startRunner(files: Readonly<Record<string, string>>): Runner {
  const cwd = temporaryFolder(files);
  const temp = temporaryFolder();
  const bin = join(temp, 'aegis-xc/bin');
  mkdirSync(bin, { recursive: true });
  symlinkSync(launcher, join(bin, 'aegis-xc'));
  const [summary, output] = [join(temp, 'summary'), join(temp, 'output')];
  const told = (file: string): string => (existsSync(file) ? readFileSync(file, 'utf8') : '');
  const own = {
    PATH: `${bin}:${process.env.PATH}`,
    RUNNER_TEMP: temp,
    GITHUB_STEP_SUMMARY: summary,
    GITHUB_OUTPUT: output,
    GITHUB_ACTIONS: 'true',
    CI: 'true',
  };
  return {
    cwd,
    // https://docs.github.com/actions/reference/workflow-syntax-for-github-actions#jobsjob_idstepsshell
    run: (script, env = {}) =>
      runProgram('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], { cwd, env: { ...own, ...env } }),
    summary: () => told(summary),
    outputs: () =>
      Object.fromEntries([...told(output).matchAll(/^([^=\n]+)=(.*)$/gm)].map(([, key, value]) => [key, value])),
  };
}
