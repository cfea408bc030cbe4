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
  repeatable(new Option(flags, description), (pair: string, before: ReadonlyMap<string, string> = new Map()) => {
    const [, key, value] = /^([^=]+)=(.+)$/.exec(pair) ?? [];
    if (key === undefined || value === undefined) throw new InvalidArgumentError('Write it as <cluster>=<value>.');
    if (before.has(key)) throw new InvalidArgumentError(`"${key}" is there twice.`);
    return new Map([...before, [key, value]]);
  });

/** An option that may be there several times: `collect` adds a value to what those before it have made. */
export function repeatable<Values>(option: Option, collect: (text: string, before?: Values) => Values): Option {
  repeatables.add(option);
  return option.argParser(collect);
}
const repeatables = new WeakSet<Option>();

/** Of two values the first would be lost without a word, and with it the cluster that was meant. */
export function refuseSecondValues(command: Command): void {
  for (const option of command.options) {
    if (option.isBoolean() || option.variadic || repeatables.has(option)) continue;
    const parse = option.parseArg;
    option.argParser((text: string, before: unknown) => {
      if (command.getOptionValueSource(option.attributeName()) === 'cli') {
        throw new InvalidArgumentError('It is there twice: say it once.');
      }
      return parse ? parse(text, before) : text;
    });
  }
}
