import type { CommandEntry, OptionEntry, Tree, ValueEntry } from './tree.ts';

/** What the word under the cursor is. */
export interface Wanted {
  /** `--output=` of `--output=js`: stands before every value. */
  readonly prefix: string;
  /** As far as it has been typed, without the prefix. */
  readonly typed: string;
  readonly place: Place;
  /** The options before the cursor that have values, by their long flags. */
  readonly said: ReadonlyMap<string, string>;
}

export type Place =
  | { readonly is: 'command' }
  | { readonly is: 'option'; readonly options: readonly OptionEntry[] }
  | { readonly is: 'value'; readonly value: ValueEntry }
  | { readonly is: 'nothing' };

/** Reads a command line up to the cursor; the last word is the one under it, empty after a space. */
export function readLine(tree: Tree, words: readonly string[]): Wanted {
  const { command, args, said, open, ended } = readBefore(tree, words.slice(0, -1));
  const typed = words.at(-1) ?? '';
  const options = [...(command?.options ?? []), ...tree.options];
  const at = (place: Place, prefix = ''): Wanted => ({ prefix, typed: typed.slice(prefix.length), place, said });

  if (open) return at({ is: 'value', value: open });
  if (!ended && typed.startsWith('-')) {
    const prefix = /^--[^=]+=/.exec(typed)?.[0];
    const value = prefix && optionOf(options, prefix.slice(0, -1))?.value;
    if (value) return at({ is: 'value', value }, prefix);
    return at(prefix ? { is: 'nothing' } : { is: 'option', options: unsaid(options, words) });
  }
  if (command === undefined) return at(args > 0 ? { is: 'nothing' } : { is: 'command' });
  const value = command.args[args];
  if (value) return at({ is: 'value', value });
  return at(ended ? { is: 'nothing' } : { is: 'option', options: unsaid(options, words) });
}

interface Before {
  readonly command: CommandEntry | undefined;
  /** How many arguments there are already. */
  readonly args: number;
  readonly said: ReadonlyMap<string, string>;
  /** The last word is an option that waits for this value. */
  readonly open: ValueEntry | undefined;
  /** After `--` there are no options. */
  readonly ended: boolean;
}

function readBefore(tree: Tree, words: readonly string[]): Before {
  const said = new Map<string, string>();
  let command: CommandEntry | undefined;
  let waiting: OptionEntry | undefined;
  let ended = false;
  let args = 0;
  for (const word of words) {
    const [, flag = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? [];
    const option = ended ? undefined : optionOf([...(command?.options ?? []), ...tree.options], flag);
    if (waiting) {
      said.set(waiting.flags[0] ?? '', word);
      waiting = undefined;
    } else if (word === '--') ended = true;
    else if (option?.value && value === undefined) waiting = option;
    else if (option) said.set(option.flags[0] ?? '', value ?? '');
    else if (ended || !word.startsWith('-')) {
      const named = command ? undefined : tree.commands.find(({ name }) => name === word);
      if (named) command = named;
      else args += 1;
    }
  }
  return { command, args, said, open: waiting?.value, ended };
}

const optionOf = (options: readonly OptionEntry[], flag: string): OptionEntry | undefined =>
  options.find(({ flags }) => flags.includes(flag));

/** What is there once is not proposed again, but for pairs such as `--context <cluster=context>`, one for each cluster. */
const unsaid = (options: readonly OptionEntry[], words: readonly string[]): OptionEntry[] =>
  options.filter(
    ({ flags, value }) => value?.name.includes('=') || !words.slice(0, -1).some((word) => flags.includes(word)),
  );
