import { InvalidArgumentError, Option } from 'commander';
import { type Row, stateOf } from '../checks/live/live-check.ts';
import { allowable, type Code, codes } from '../codes.ts';
import type { Diagnostic } from '../diagnostics.ts';
import { nearest } from '../nearest.ts';
import { repeatable } from './command.ts';

/** `--allow`: findings about the clusters that are known and shall not stop this run. */
export const allowOption = (): Option =>
  repeatable(
    new Option('--allow <code>', 'a finding about the clusters that is known and stops nothing this once; repeatable'),
    (text: string, before: readonly Code[] = []) => [...before, codeIn(text)],
  );

function codeIn(text: string): Code {
  const code = allowable.find((one) => one === text.toUpperCase());
  if (code !== undefined) return code;
  if (text.toUpperCase() in codes) {
    throw new InvalidArgumentError(`${text.toUpperCase()} can't be allowed: a run could not go on with it.`);
  }
  const name = nearest(text.toUpperCase(), allowable);
  const close = allowable.find((one) => one === name);
  throw new InvalidArgumentError(
    close === undefined ? '`aegis-xc explain` lists all codes.' : `Did you mean ${close} (${codes[close]})?`,
  );
}

/** What was allowed is a warning. */
export const acknowledge = (found: readonly Diagnostic[], allowed: readonly Code[]): Diagnostic[] =>
  found.map((one) =>
    one.severity === 'error' && allowed.includes(one.code)
      ? { ...one, severity: 'warning', message: `${one.message} (allowed)` }
      : one,
  );

/** The same for rows. */
export const acknowledgeRows = (rows: readonly Row[], allowed: readonly Code[]): Row[] =>
  rows.map((row) => {
    const found = acknowledge(row.found, allowed);
    return { ...row, found, state: stateOf(found, row.notChecked) };
  });

/** Of what was allowed, what there was: the journal keeps it. */
export const allowedIn = (found: readonly Diagnostic[], allowed: readonly Code[]): Code[] =>
  [...new Set(allowed)].filter((code) => found.some((one) => one.code === code));
