import type { Argument, Option } from 'commander';
import { wholeProgram } from '../main.ts';

/** What can be typed, as plain data: to complete a word must not cost loading the commands. The build puts it in the place of this module. */
export interface Tree {
  readonly commands: readonly CommandEntry[];
  /** Of every command. */
  readonly options: readonly OptionEntry[];
}

export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly options: readonly OptionEntry[];
  readonly args: readonly ValueEntry[];
}

export interface OptionEntry {
  readonly flags: readonly string[];
  readonly description: string;
  /** Undefined: a switch. */
  readonly value: ValueEntry | undefined;
}

/** What follows an option, or stands for itself: one of some words, or what its name says, such as `context`. */
export interface ValueEntry {
  readonly name: string;
  readonly choices: readonly string[];
}

const program = await wholeProgram();

export const tree: Tree = {
  commands: program.commands.map((command) => ({
    name: command.name(),
    summary: command.summary(),
    options: command.options.filter(({ hidden }) => !hidden).map(optionEntry),
    args: command.registeredArguments.map(argumentEntry),
  })),
  options: [
    ...program.options.map(optionEntry),
    { flags: ['--help'], description: 'print the help', value: undefined },
  ],
};

function optionEntry({ short, long, flags, description, argChoices }: Option): OptionEntry {
  const name = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  return {
    flags: [long, short].filter((flag) => flag !== undefined),
    description,
    value: name === undefined ? undefined : { name, choices: argChoices ?? [] },
  };
}

function argumentEntry(argument: Argument): ValueEntry {
  return { name: argument.name(), choices: argument.argChoices ?? [] };
}
