import { allowable, codes } from '../../codes.ts';
import { readLine, type Wanted } from './line.ts';
import { liveNames } from './live-names.ts';
import type { OptionEntry, Tree, ValueEntry } from './tree.ts';

export interface Completion {
  readonly proposals: readonly Proposal[];
  /** What the shell does beside them: cobra's numbers, which `kubectl` reads from the completion of a plugin, too. */
  readonly directive: number;
}

export interface Proposal {
  readonly word: string;
  readonly about?: string;
}

/** https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md */
export const directives = { files: 0, noSpace: 2, noFiles: 4, folders: 16 } as const;

/** What could stand under the cursor: the words after the program's name, the last one as far as it was typed. */
export function complete(tree: Tree, words: readonly string[], env: NodeJS.ProcessEnv): Completion {
  const wanted = readLine(tree, words);
  const { proposals, directive } = proposalsFor(wanted, tree, env);
  return {
    proposals: proposals
      .filter(({ word }) => word.startsWith(wanted.typed))
      .map((proposal) => ({ ...proposal, word: wanted.prefix + proposal.word })),
    directive,
  };
}

/** A line for each proposal, then the directive. */
export const completionText = ({ proposals, directive }: Completion): string =>
  [...proposals.map(({ word, about }) => (about ? `${word}\t${about}` : word)), `:${directive}`, ''].join('\n');

function proposalsFor(wanted: Wanted, tree: Tree, env: NodeJS.ProcessEnv): Completion {
  const { place, typed } = wanted;
  if (place.is === 'command') return words(tree.commands.map(({ name, summary }) => ({ word: name, about: summary })));
  if (place.is === 'option') return words(place.options.map((option) => optionProposal(option, typed)));
  return place.is === 'value' ? valuesFor(place.value, wanted, tree, env) : words([]);
}

/** The long flag, unless somebody has begun to type the short one. */
function optionProposal({ flags, description }: OptionEntry, typed: string): Proposal {
  const short = /^-[^-]/.test(typed) ? flags.find((flag) => flag === typed) : undefined;
  return { word: short ?? flags[0] ?? '', about: description };
}

function valuesFor({ name, choices }: ValueEntry, wanted: Wanted, tree: Tree, env: NodeJS.ProcessEnv): Completion {
  if (choices.length > 0) return words(choices.map((word) => ({ word })));
  if (name === 'file' || name === 'path') return { proposals: [], directive: directives.files };
  if (name === 'dir') return { proposals: [], directive: directives.folders };
  const live = liveNames(wanted.said, env);
  const [, key, value] = /^([^=]+)=(.+)$/.exec(name) ?? [];
  if (key !== undefined && value !== undefined) return pairsOf(namesOf(key), namesOf(value), wanted.typed);
  if (name.endsWith('s') && namesOf(name.slice(0, -1)).length > 0)
    return listOf(namesOf(name.slice(0, -1)), wanted.typed);
  return words(namesOf(name));

  /** What the name of a value means. */
  function namesOf(kind: string): Proposal[] {
    if (kind === 'context') return live.contexts().map((word) => ({ word }));
    if (kind === 'cluster') return live.clusters().map((word) => ({ word }));
    if (kind === 'service') return live.services().map((word) => ({ word }));
    if (kind === 'caller') return live.callers().map((word) => ({ word }));
    if (kind === 'port') return live.ports().map((word) => ({ word }));
    if (kind === 'method') return methods.map((word) => ({ word }));
    if (kind === 'command') return tree.commands.map(({ name, summary }) => ({ word: name, about: summary }));
    if (kind === 'code') return allowable.map((word) => ({ word, about: codes[word] }));
    // `explain` takes a key of the spec, too; those are known to the help of the editor.
    return kind === 'what' || kind === 'finding' ? Object.entries(codes).map(([word, about]) => ({ word, about })) : [];
  }
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** `cluster-a=`, then `cluster-a=prod-a`. */
function pairsOf(keys: readonly Proposal[], values: readonly Proposal[], typed: string): Completion {
  const key = /^[^=]+=/.exec(typed)?.[0];
  if (key !== undefined) return words(values.map(({ word }) => ({ word: key + word })));
  return {
    proposals: keys.map(({ word }) => ({ word: `${word}=` })),
    directive: directives.noSpace | directives.noFiles,
  };
}

/** `east`, then `east,west`. */
function listOf(names: readonly Proposal[], typed: string): Completion {
  const before = typed.slice(0, typed.lastIndexOf(',') + 1);
  const used = before.split(',');
  const left = names.filter(({ word }) => !used.includes(word)).map(({ word }) => ({ word: before + word }));
  return { proposals: left, directive: directives.noSpace | directives.noFiles };
}

const words = (proposals: readonly Proposal[]): Completion => ({ proposals, directive: directives.noFiles });
