import * as z from 'zod';
import type { Code } from '../codes.ts';
import { expected, oneOf } from './expected.ts';
import type { Schema } from './shape.ts';
import { codePoint, escapeInvisible, found, show } from './show.ts';

/** A value that doesn't fit, and what zod says about it. */
export interface Misfit {
  readonly issue: z.core.$ZodIssue;
  readonly schema: Schema | undefined;
  /** What a sentence calls it; empty for the spec itself. */
  readonly name: string;
  /** Its value must not be shown. */
  readonly secret: boolean;
}

export interface Sentence {
  readonly code: Code;
  readonly message: string;
}

/** What is wrong with a value, in the user's words: what it must be, and what was found instead. */
export function sentence(misfit: Misfit): Sentence {
  for (const kind of kinds) {
    const words = kind(misfit);
    if (words) return words;
  }
  return wrongForm(misfit);
}

const notASpec = (misfit: Misfit): Sentence | undefined =>
  misfit.name === ''
    ? { code: 'AXC1104', message: `a spec is a map that begins with apiVersion and kind${foundText(misfit)}` }
    : undefined;

function empty({ issue, name }: Misfit): Sentence | undefined {
  const isMap = issue.code === 'custom' && typeof issue.input === 'object';
  const isEmpty = issue.code === 'too_small' && (issue.origin === 'array' || issue.origin === 'string');
  const words =
    issue.message === '' || (issue.code === 'too_small' && issue.origin === 'string') ? 'is empty' : issue.message;
  return isMap || isEmpty ? { code: 'AXC1109', message: `${name} ${words}` } : undefined;
}

const tooLong = ({ issue, name }: Misfit): Sentence | undefined =>
  issue.code === 'too_big' && issue.origin === 'string'
    ? { code: 'AXC1108', message: `${name} is too long: ${lengthOf(issue.input)} characters, at most ${issue.maximum}` }
    : undefined;

const outOfRange = (misfit: Misfit): Sentence | undefined =>
  misfit.issue.code === 'too_big' || misfit.issue.code === 'too_small' ? mustBe('AXC1107', misfit) : undefined;

function notAllowed(misfit: Misfit): Sentence | undefined {
  const isVersion = /^"(?:apiVersion|kind)"$/.test(misfit.name) && misfit.schema instanceof z.ZodLiteral;
  return misfit.issue.code === 'invalid_value' ? mustBe(isVersion ? 'AXC1101' : 'AXC1105', misfit) : undefined;
}

const wrongType = (misfit: Misfit): Sentence | undefined =>
  isWrongType(misfit.issue) ? mustBe('AXC1104', misfit) : undefined;

export const isWrongType = ({ code, input }: z.core.$ZodIssue): boolean =>
  code === 'invalid_type' || (code === 'invalid_union' && typeof input !== 'string');

function notLatin({ issue, name, secret }: Misfit): Sentence | undefined {
  const letter = secret ? undefined : letterOutsideAscii(issue.input);
  return letter === undefined ? undefined : foreignLetter(name, letter);
}

const kinds = [notASpec, empty, tooLong, outOfRange, notAllowed, wrongType, notLatin];

const wrongForm = (misfit: Misfit): Sentence => {
  const { code, message } = mustBe('AXC1106', misfit);
  return { code, message: misfit.secret ? message : message + offender(misfit.issue) };
};

const mustBe = (code: Code, misfit: Misfit): Sentence => ({
  code,
  message: `${misfit.name} must be ${wanted(misfit)}${foundText(misfit)}`,
});

const foundText = ({ issue, secret }: Misfit): string => (secret ? '' : `; found ${found(issue.input)}`);

function wanted({ issue, schema }: Misfit): string {
  // zod lets one branch of a union speak for it; the union itself knows better.
  if (schema instanceof z.ZodUnion) return z.safeParse(schema, undefined).error?.issues[0]?.message ?? '';
  if (issue.message !== '') return issue.message;
  return issue.code === 'invalid_value' ? oneOf(issue.values.map(String)) : expected(schema);
}

/** The character because of which a text does not fit its form: without it, it would. Of several the first odd one. */
function offender({ code, input, ...issue }: z.core.$ZodIssue): string {
  const pattern = code === 'invalid_format' && 'pattern' in issue ? patternOf(issue.pattern) : undefined;
  if (pattern === undefined || typeof input !== 'string') return '';
  const text = input.slice(0, 300);
  const odd = [...new Set(text.match(/[^\w-]/gu))].slice(0, 40);
  const culprit = odd.find((character) => pattern.test(text.replaceAll(character, ''))) ?? odd.find(isInvisible);
  if (culprit === undefined) return '';
  const name = isInvisible(culprit) ? `${JSON.stringify(culprit)}, ${codePoint(culprit)},` : show(culprit);
  return ` (${name} does not belong there)`;
}

/** zod has it as the text of a literal. */
function patternOf(literal: unknown): RegExp | undefined {
  const [, source, flags] = /^\/([\s\S]*)\/([a-z]*)$/.exec(String(literal)) ?? [];
  return source === undefined ? undefined : new RegExp(source, flags);
}

const isInvisible = (character: string): boolean => /\s|\p{C}/u.test(character);

const lengthOf = (input: unknown): number => String(input).length;

/** A key of a map whose keys are names. */
export function nameSentence(name: string, rule: z.core.$ZodIssue | undefined): Sentence {
  const letter = letterOutsideAscii(name);
  if (letter !== undefined) return foreignLetter(show(name), letter);
  const long = rule?.code === 'too_big' ? `${name.length} characters, at most ${rule.maximum}` : undefined;
  return { code: 'AXC1111', message: `${show(name)} is not a name here: ${long ?? `it must be ${rule?.message}`}` };
}

const foreignLetter = (name: string, letter: string): Sentence => ({
  code: 'AXC1112',
  message: `${name} has the letter ${codePoint(letter)} (${escapeInvisible(letter)}), which is not ASCII`,
});

const letterOutsideAscii = (input: unknown): string | undefined =>
  typeof input === 'string' ? /\P{ASCII}/u.exec(input)?.[0] : undefined;
