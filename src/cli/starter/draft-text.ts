import { dump } from 'js-yaml';
import { visible } from '../ui/text.ts';

/** What somebody has to find out, as a line of its own. */
export const todo = (indent: number, what: string): string => `${' '.repeat(indent)}# TODO ${comment(what)}`;

/** A text of a cluster in a comment: on its line, and nothing else. */
export const comment = (text: string): string => visible(text.replace(/\s+/g, ' '));

/** A value on one line, in quotes where it needs them. */
export const inline = (value: unknown): string => dump(value, { flowLevel: 0, lineWidth: -1 }).trim();
