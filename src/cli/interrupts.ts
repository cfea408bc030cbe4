const signals = ['SIGINT', 'SIGTERM'] as const;

/**
 * The first Ctrl-C (or SIGTERM, which pipelines send) aborts the signal, so that the command can stop at a safe place. The next
 * one finds no listener of ours and ends the process as usual.
 */
export function interrupts(warn: (text: string) => void): AbortSignal {
  const controller = new AbortController();
  const stop = (): void => {
    for (const signal of signals) process.off(signal, stop);
    warn('\nStopping at the next safe place. Once more stops at once.');
    controller.abort();
  };
  for (const signal of signals) process.on(signal, stop);
  return controller.signal;
}

/**
 * Does the work with a signal that is aborted with another one, or when the time is over. Not by `AbortSignal.any`: of a
 * time-out that nobody else knows, Node 20 may collect the garbage, and then it never comes.
 */
export async function within<Result>(
  milliseconds: number,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController();
  const end = (): void => controller.abort();
  const timer = setTimeout(end, milliseconds);
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
  }
}
