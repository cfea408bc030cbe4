import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Session } from './session.ts';

/** What a file in `commands/` exports: it adds its options and its action to the command. */
export type DefineCommand = (command: Command, session: Session) => Command;

/** A command line, and what it does. */
export type Example = readonly [line: string, what: string];

/** The head of a command's help: what it is for and how it is called, before the list of its options. */
export function intro(purpose: string, examples: readonly Example[]): string {
  const longest = Math.max(...examples.map(([line]) => line.length));
  const lines = examples.map(([line, what]) => `  ${line.padEnd(longest)}   ${what}`);
  return [purpose, '', 'Examples:', ...lines, ''].join('\n');
}

/** `-o`: the first format is the default. */
export const outputOption = (...formats: readonly [string, ...string[]]): Option =>
  new Option('-o, --output <format>', 'how the result is printed').choices(formats).default(formats[0]);

/** `--gateway <cluster=address>`, once for each cluster; the action gets a map. */
export const pairsOption = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((pair: string, before: ReadonlyMap<string, string> = new Map()) => {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw new InvalidArgumentError('Write it as <cluster>=<value>.');
    if (before.has(key)) throw new InvalidArgumentError(`"${key}" is there twice.`);
    return new Map([...before, [key, value]]);
  });
