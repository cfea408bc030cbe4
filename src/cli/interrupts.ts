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
