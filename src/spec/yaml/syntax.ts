import type { YAMLException } from 'js-yaml';
import type { Problem, Said } from './problem.ts';
import { templateMarker, templateProblem } from './scalars.ts';
import { limits } from './scan.ts';

/** What is read: how deep it may be nested, and how deep it is when all is well. */
export interface Depth {
  readonly most: number;
  readonly usual: string;
}

const specDepth: Depth = { most: limits.depth, usual: 'a spec has about ten levels' };

/** What js-yaml can't read, in the words of someone who writes YAML. */
export function syntaxProblem({ reason, mark }: YAMLException, text: string, depth = specDepth): Problem {
  const start = Math.min(mark?.position ?? 0, Math.max(0, text.length - 1));
  // The braces of a template are YAML's own: it fails somewhere behind them.
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const line = text.slice(lineStart, start + 200).split('\n', 1)[0] ?? '';
  const template = templateProblem(line);
  if (template) {
    const begin = lineStart + line.search(templateMarker);
    return { ...template, start: begin, end: begin + 2 };
  }
  return {
    ...(known(reason, depth) ?? { code: 'AXC1002', message: `not valid YAML: ${withoutQuotation(reason)}` }),
    start,
    end: start + 1,
  };
}

/** Some reasons end in a piece of the text, which may be anything. */
const withoutQuotation = (reason: string): string => reason.replace(/(?:: | ").*$/s, '');

function known(reason: string, { most, usual }: Depth): Said | undefined {
  if (reason.startsWith('nesting exceeded')) {
    return {
      code: 'AXC1013',
      message: `nested more than ${most} deep`,
      hint: `${usual}: is a bracket missing?`,
    };
  }
  const [, message, hint] = sentences.find(([part]) => reason.includes(part)) ?? [];
  return message === undefined ? undefined : { code: 'AXC1002', message, ...(hint !== undefined && { hint }) };
}

const sentences: readonly (readonly [reason: string, message: string, hint?: string])[] = [
  [
    'bad indentation of a mapping entry',
    'the YAML does not go on here',
    'either the indentation differs from the lines before, or a value needs quotes (one with ": ", or that begins with @ ` % & * !)',
  ],
  ['bad indentation of a sequence entry', 'the indentation of this list entry differs from the others'],
  ['deficient indentation', 'this line is not indented enough', 'is a quote or a bracket before it not closed?'],
  ['within a flow collection', 'the file ends before a [ or { is closed', 'close the bracket'],
  ['within a single quoted', "the text in ' is not closed", "close it; a ' within it is written twice"],
  ['within a double quoted', 'the text in " is not closed', 'close it; a " within it is written \\"'],
  ['missed comma', 'a comma is missing between two entries'],
  [
    'multiline key',
    'this is neither "key: value" nor a list entry "- value"',
    'is the ":" or the space after it missing?',
  ],
  ["expected ':'", 'a ":" is missing after this key'],
  ['tab characters', 'a tab where YAML wants spaces', 'replace it by spaces'],
  [
    'unknown escape sequence',
    'an unknown escape in a text in double quotes',
    'use single quotes, or \\\\ for a backslash',
  ],
  [
    'end of the stream or a document separator',
    'the YAML does not go on here',
    'is the indentation of this line right?',
  ],
];
