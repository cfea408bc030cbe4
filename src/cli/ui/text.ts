import { stripVTControlCharacters } from 'node:util';

/** How many columns a terminal gives the text. Colour takes none, East Asian letters and emoji take two. */
export function width(text: string): number {
  let columns = 0;
  // Not made before it is used: loading the rules of Unicode takes 10 ms, and most runs have nothing to align.
  graphemes ??= new Intl.Segmenter();
  for (const { segment } of graphemes.segment(stripVTControlCharacters(text))) {
    columns += wide.test(segment) ? 2 : 1;
  }
  return columns;
}

let graphemes: Intl.Segmenter | undefined;
const wide =
  /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6]|\p{Emoji_Presentation}/u;

/**
 * What comes from a file or a cluster, safe to print on a terminal: control characters, which could move the cursor or
 * hide text, become visible, each in one column.
 */
export const visible = (text: string): string => text.replaceAll('\t', '→').replace(control, '�');

// C0, DEL, C1, line separators, marks that change the direction of text, and halves of surrogate pairs.
const control = /[\p{Cc}\u2028\u2029\u200E\u200F\u202A-\u202E\u2066-\u2069\p{Cs}]/gu;

/** `1 object`, `2 objects`. */
export const count = (number: number, one: string, many = `${one}s`): string =>
  `${number} ${number === 1 ? one : many}`;
