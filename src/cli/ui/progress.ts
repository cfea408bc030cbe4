import type { Paint } from './colour.ts';

/** What a long command says while it works. */
export interface Progress {
  /** What goes on now; on a terminal it takes the place of the step before. */
  step(text: string): void;
  /** The same, where it changes too often to be a line each time: shown on a terminal only. */
  now(text: string): void;
  /** Lines that stay. */
  done(text: string): void;
  failed(text: string): void;
}

interface Screen {
  readonly stream: NodeJS.WriteStream;
  readonly quiet: boolean;
  readonly paint: Paint;
  readonly env: NodeJS.ProcessEnv;
}

/** Shows the progress of `work`; afterwards, also after a failure, the last line is the last that stays. */
export async function showProgress<Result>(
  screen: Screen,
  work: (progress: Progress) => Promise<Result>,
): Promise<Result> {
  const { progress, stop } = await progressOn(screen);
  try {
    return await work(progress);
  } finally {
    stop();
  }
}

async function progressOn(screen: Screen): Promise<{ progress: Progress; stop: () => void }> {
  const { stream, quiet, env } = screen;
  if (quiet) return { progress: silent, stop: nothing };
  // A terminal that doesn't say how wide it is (`script` in a pipeline) can't be written over.
  const animated = stream.isTTY && stream.columns > 0 && env.TERM !== 'dumb' && !env.CI;
  return animated ? spinner(screen) : { progress: lines(screen), stop: nothing };
}

const nothing = (): void => {};
const silent: Progress = { step: nothing, now: nothing, done: nothing, failed: nothing };

function lines({ stream, paint }: Screen): Progress {
  const write = (text: string): void => void stream.write(`${text}\n`);
  return {
    step: write,
    now: nothing,
    done: (text) => write(`${paint.green('✔')} ${text}`),
    failed: (text) => write(`${paint.red('✖')} ${text}`),
  };
}

async function spinner({ stream, paint }: Screen): Promise<{ progress: Progress; stop: () => void }> {
  const { default: ora } = await import('ora');
  // stdin stays as it is: ora would otherwise take Ctrl-C away from `catchInterrupt`.
  const spinning = ora({ stream, color: false, discardStdin: false, isEnabled: true });
  const stay = (symbol: string, text: string): void => {
    const step = spinning.text;
    spinning.stopAndPersist({ symbol, text });
    spinning.start(step);
  };
  const step = (text: string): void => void spinning.start(text);
  return {
    progress: {
      step,
      now: step,
      done: (text) => stay(paint.green('✔'), text),
      failed: (text) => stay(paint.red('✖'), text),
    },
    stop: () => spinning.stop(),
  };
}
