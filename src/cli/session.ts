import { UsageError } from '../errors.ts';
import { interrupts } from './interrupts.ts';
import { type Paint, paintFor } from './ui/colour.ts';
import { type Progress, showProgress } from './ui/progress.ts';

/** The exit codes, as `docs/` explains them: what a pipeline can build on. */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** What every command takes. */
export interface GlobalOptions {
  readonly file?: string;
  readonly color: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
}

/** The world outside, so that a test can bring its own. */
export type Outside = Pick<NodeJS.Process, 'stdin' | 'stdout' | 'stderr' | 'env'>;

/** One call of the program: what was said in the global options, and the way to talk. */
export interface Session {
  /** The spec; `-` is stdin. */
  readonly file: string;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly stdin: NodeJS.ReadStream;
  /** The terminal on which questions are asked. */
  readonly stderr: NodeJS.WriteStream;
  /** Somebody is there to answer. */
  readonly interactive: boolean;
  /** Colours for stdout, and for the talk on stderr. */
  readonly paint: Paint;
  readonly paintTalk: Paint;
  /** The result, on stdout. */
  print(text: string): void;
  /** Talk, on stderr; silent with `--quiet`. */
  say(text: string): void;
  /** What must be read even with `--quiet`. */
  warn(text: string): void;
  /** More talk, with `--verbose`. */
  detail(text: string): void;
  progress<Result>(work: (progress: Progress) => Promise<Result>): Promise<Result>;
  /** Takes Ctrl-C over: the first one aborts the signal, the second one ends the program at once. */
  catchInterrupt(): AbortSignal;
  /** A question that only `y` answers with yes. */
  confirm(question: string): Promise<boolean>;
  /** Wraps the action of a command, so that what it returns becomes the exit code. */
  runs<Args extends unknown[]>(
    action: (...args: Args) => ExitCode | Promise<ExitCode>,
  ): (...args: Args) => Promise<void>;
}

export async function openSession(
  { file = 'federation.yaml', color, quiet = false, verbose = false }: GlobalOptions,
  { stdin, stdout, stderr, env }: Outside,
  exitWith: (code: ExitCode) => void,
): Promise<Session> {
  const paint = await paintFor({ flag: color, env, stream: stdout });
  const paintTalk = await paintFor({ flag: color, env, stream: stderr });
  const interactive = stdin.isTTY === true && stderr.isTTY === true;
  const warn = (text: string): void => writeLine(stderr, text);

  return {
    file,
    quiet,
    verbose,
    env,
    stdin,
    stderr,
    interactive,
    paint,
    paintTalk,
    print: (text) => writeLine(stdout, text),
    say: (text) => quiet || warn(text),
    warn,
    detail: (text) => verbose && warn(paintTalk.dim(text)),
    progress: (work) => showProgress({ stream: stderr, quiet, paint: paintTalk, env }, work),
    catchInterrupt: () => interrupts(warn),
    confirm: async (question) => {
      if (!interactive) throw new UsageError('There is nobody to ask: this is not a terminal.');
      const { ask } = await import('./ui/ask.ts');
      return ask({ stdin, stderr }, (answer) => answer.yes(question));
    },
    runs:
      (action) =>
      async (...args) =>
        exitWith(await action(...args)),
  };
}

const writeLine = (stream: NodeJS.WriteStream, text: string): void => {
  stream.write(text.endsWith('\n') ? text : `${text}\n`);
};
