/** How far a build is. */
export interface BuildProgress {
  readonly step: Step;
  /** From 0 to 1, of the whole build. An estimate: it knows how many packages there are, not how big they are. */
  readonly fraction: number;
  /** `compiling: 512 of 2684 packages` */
  readonly text: string;
  /** Seconds since the build began. */
  readonly seconds: number;
}

type Step = keyof typeof steps;
export type OnProgress = (progress: BuildProgress) => void;
export type Report = (step: Step, done?: number, total?: number) => void;

/** Makes the events from counts. */
export function reporter(onProgress: OnProgress): Report {
  const begin = performance.now();
  return (step, done = 0, total = 0) => {
    const { from, to, text, unit } = steps[step];
    const part = total > 0 ? Math.min(done / total, 1) : 0;
    onProgress({
      step,
      fraction: from + (to - from) * part,
      text: total > 0 ? `${text}: ${done} of ${total} ${unit}` : text,
      seconds: (performance.now() - begin) / 1000,
    });
  };
}

/** One line on a terminal that is written over; elsewhere a line now and then, so that a log stays readable. */
export function printProgress(stream: NodeJS.WriteStream = process.stderr): OnProgress {
  const pauseSeconds = stream.isTTY ? 0.2 : 15;
  let last: BuildProgress | undefined;
  return (progress) => {
    if (last?.step === progress.step && progress.seconds - last.seconds < pauseSeconds) return;
    last = progress;
    const line = describe(progress);
    stream.write(stream.isTTY ? `\r\x1b[2K${line}${progress.step === 'done' ? '\n' : ''}` : `${line}\n`);
  };
}

/** The shares of the whole are those of a first build on two cores. */
const steps = {
  waiting: { from: 0, to: 0, text: 'waiting for another process that builds the same', unit: '' },
  download: { from: 0, to: 0.04, text: 'downloading', unit: 'modules' },
  compile: { from: 0.04, to: 0.96, text: 'compiling', unit: 'packages' },
  link: { from: 0.96, to: 0.98, text: 'linking', unit: '' },
  seed: { from: 0.98, to: 1, text: 'installing the definitions once', unit: '' },
  done: { from: 1, to: 1, text: 'built', unit: '' },
} as const;

function describe({ step, fraction, text, seconds }: BuildProgress): string {
  const percent = `${Math.floor(fraction * 100)} %`.padStart(5);
  return `test bench ${step === 'waiting' ? '' : percent} ${text} (${clock(seconds)}${remaining(fraction, seconds)})`;
}

/** Only once it can be more than a guess. */
function remaining(fraction: number, seconds: number): string {
  if (seconds < 30 || fraction <= steps.compile.from || fraction >= steps.compile.to) return '';
  return `, about ${clock(Math.ceil((seconds * (1 - fraction)) / fraction / 10) * 10)} left`;
}

const clock = (seconds: number): string =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
