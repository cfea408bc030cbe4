import { InvalidArgumentError, Option } from 'commander';
import { parseSuppression, type Suppression } from '../checks/objects/suppress.ts';
import { codes } from '../codes.ts';
import { nearest } from '../nearest.ts';
import { repeatable } from './command.ts';

/** `--suppress`, any number of times; the action gets a list. */
export const suppressOption = (): Option =>
  repeatable(
    new Option(
      '--suppress <finding>',
      'CODE or CODE=Kind/namespace/name, * for anything: do not tell such findings; may be repeated',
    ),
    (text: string, before: readonly Suppression[] = []) => {
      const suppression = parseSuppression(text);
      if (!suppression) throw new InvalidArgumentError('Write it as AXC2101 or AXC2101=Kind/namespace/name.');
      if (!Object.keys(codes).some((code) => suppression.codes.test(code))) throw noSuchCode(text);
      return [...before, suppression];
    },
  ).default([], 'none');

function noSuchCode(text: string): InvalidArgumentError {
  const close = nearest(text.split('=')[0] ?? '', Object.keys(codes));
  return new InvalidArgumentError(
    `No finding has that code. ${close === undefined ? '`aegis-xc explain` lists all codes.' : `Did you mean ${close}?`}`,
  );
}
