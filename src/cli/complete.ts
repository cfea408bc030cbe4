import { complete, completionText } from './completion/complete.ts';
import { tree } from './completion/tree.ts';

/** The hidden command that the shells call at every Tab, without the rest of the program: the launcher loads this alone. */
export function printCompletions(words: readonly string[]): void {
  process.stdout.write(completionText(complete(tree, words, process.env)));
}
