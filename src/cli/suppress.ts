import { InvalidArgumentError, Option } from 'commander';
import { parseSuppression, type Suppression } from '../checks/objects/suppress.ts';

/** `--suppress`, any number of times; the action gets a list. */
export const suppressOption = (): Option =>
  new Option(
    '--suppress <finding>',
    'CODE or CODE=Kind/namespace/name, * for anything: do not tell such findings; may be repeated',
  )
    .argParser((text: string, before: readonly Suppression[] = []) => {
      const suppression = parseSuppression(text);
      if (!suppression) throw new InvalidArgumentError('Write it as AXC2101 or AXC2101=Kind/namespace/name.');
      return [...before, suppression];
    })
    .default([], 'none');
