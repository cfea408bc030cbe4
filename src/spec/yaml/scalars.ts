import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { codePoint } from '../show.ts';
import type { Range } from './lines.ts';
import type { Said } from './problem.ts';
import type { Scalar } from './tree.ts';

/** `before` is where the text before it ends: the nearest thing to a place that an empty value has. */
export function scalarNode(text: string, event: ScalarEvent, before: number): Scalar {
  const written = getScalarValue(text, event);
  const value = event.style === SCALAR_STYLE.PLAIN ? plainValue(written) : written;
  const { start, end } = scalarRange(text, event, before);
  return { kind: 'scalar', value, start, end };
}

/** With its quotes, or the sign of a block. An empty value begins at -1. */
export function scalarRange(text: string, { valueStart, valueEnd, style }: ScalarEvent, before: number): Range {
  if (style === SCALAR_STYLE.PLAIN) {
    return valueStart < 0 ? { start: -1, end: before } : { start: valueStart, end: valueEnd };
  }
  if (style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED) {
    return { start: valueStart - 1, end: valueEnd + 1 };
  }
  const from = Math.max(before, valueStart - 100);
  const sign = /[|>][-+0-9]*[ \t]*(?:#.*)?\r?\n\s*$/.exec(text.slice(from, valueStart));
  return { start: sign ? from + sign.index : valueStart, end: valueEnd };
}

/** The value of a plain scalar by the core schema of YAML 1.2: https://yaml.org/spec/1.2.2/#103-core-schema. */
export function plainValue(written: string): Scalar['value'] {
  const first = written.charCodeAt(0);
  // Names and host names, which most scalars are, begin with none of - + . 0-9 ~ and no letter of null, true, false.
  if (first > 0x60 && first !== 0x6e && first !== 0x74 && first !== 0x66 && first !== 0x7e) return written;
  if (/^(?:|~|null|Null|NULL)$/.test(written)) return null;
  if (/^(?:true|True|TRUE)$/.test(written)) return true;
  if (/^(?:false|False|FALSE)$/.test(written)) return false;
  return numberValue(written) ?? written;
}

function numberValue(written: string): number | undefined {
  if (/^(?:0o[0-7]+|0x[0-9a-fA-F]+)$/.test(written)) return Number(written);
  if (/^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(written)) {
    const value = Number(written);
    return Number.isFinite(value) ? value : undefined;
  }
  if (/^\+?\.(?:inf|Inf|INF)$/.test(written)) return Infinity;
  if (/^-\.(?:inf|Inf|INF)$/.test(written)) return -Infinity;
  return /^\.(?:nan|NaN|NAN)$/.test(written) ? Number.NaN : undefined;
}

/**
 * What to say about a number that people and parsers read in different ways: 0755 is 755 in YAML 1.2 and 493 in YAML 1.1,
 * which kubectl reads.
 */
export function ambiguity(written: string): string | undefined {
  if (/^[-+]?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(written) && !written.startsWith('+')) return undefined;
  const quoted = `, or ${JSON.stringify(written)} in quotes if it is text`;
  const octal = /^(?:0o?)([0-7]+)$/.exec(written)?.[1];
  if (octal !== undefined) {
    return `some parsers read it as octal: write ${Number(octal)} or ${Number.parseInt(octal, 8)}${quoted}`;
  }
  const value = numberValue(written);
  const plain = value !== undefined && Number.isFinite(value) && !/[eE]/.test(String(value));
  return plain ? `write ${value}${quoted}` : `write a plain number${quoted}`;
}

/** What is wrong with a value whatever it is for. */
export function scalarProblem(text: string, event: ScalarEvent, { value }: Scalar): Said | undefined {
  if (typeof value === 'number') return numberProblem(getScalarValue(text, event));
  if (typeof value !== 'string') return undefined;
  return (event.fast ? undefined : characterProblem(value)) ?? templateProblem(value);
}

function numberProblem(written: string): Said | undefined {
  const hint = ambiguity(written);
  return hint === undefined ? undefined : { code: 'AXC1015', message: `the number ${written} can be misread`, hint };
}

/** Written with escapes, for the text itself has none of them any more; a line break at the end belongs to `|`. */
function characterProblem(value: string): Said | undefined {
  const match = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.exec(value);
  if (!match) return undefined;
  const message = `the character ${codePoint(match[0])} in a value, at its position ${match.index + 1}`;
  return { code: 'AXC1008', message, hint: 'delete it' };
}

/** Helm and its like; shells and envsubst. */
export const templateMarker = /\{\{|\$\{|\$\(/;

export function templateProblem(value: string): Said | undefined {
  const marker = templateMarker.exec(value)?.[0];
  if (marker === undefined) return undefined;
  return {
    code: 'AXC1113',
    message: `template text: "${marker}" is not expanded`,
    hint: 'write the value itself, or fill the spec in before aegis-xc reads it',
  };
}
