import { appendFileSync } from 'node:fs';

/** Says that tests are skipped, and why; `npm test` repeats it in its last lines. */
export function sayNotRun(what: string, why: string): void {
  process.stderr.write(`\nNOT RUN: ${what}, because ${why}\n\n`);
  const file = process.env.AEGIS_XC_NOT_RUN;
  if (file) appendFileSync(file, `${what}, because ${why.split('\n')[0]}\n`);
}
