import { getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';
import { scalarRange } from '../../spec/yaml/scalars.ts';
import type { Scalar } from '../../spec/yaml/tree.ts';

/** A scalar as kubectl reads it, with its place. */
export function kubeScalar(text: string, event: ScalarEvent, before: number): Scalar {
  const written = getScalarValue(text, event);
  return { kind: 'scalar', value: valueFrom(written, tagOf(text, event), event), ...scalarRange(text, event, before) };
}

/** The text of a key: kubectl makes one of a number or a truth value as well. */
export function kubeKey(text: string, event: ScalarEvent): string {
  const written = getScalarValue(text, event);
  const value = valueFrom(written, tagOf(text, event), event);
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : written;
}

export const isMergeKey = (text: string, event: ScalarEvent): boolean =>
  event.style === SCALAR_STYLE.PLAIN && getScalarValue(text, event) === '<<';

const tagOf = (text: string, { tagStart, tagEnd }: ScalarEvent): string =>
  tagStart < 0 ? '' : text.slice(tagStart, tagEnd);

/** Tags that are not YAML's own mean nothing to kubectl: what they stand before is text. */
function valueFrom(written: string, tag: string, { style }: ScalarEvent): Scalar['value'] {
  if (tag === '') return style === SCALAR_STYLE.PLAIN ? plainKubeValue(written) : written;
  if (tag === '!!binary') return Buffer.from(written, 'base64').toString();
  return /^!!(?:int|float|bool|null)$/.test(tag) ? plainKubeValue(written) : written;
}

/**
 * A plain scalar by the rules of go.yaml.in/yaml/v2, which kubectl and its like read YAML with: those of YAML 1.1, in which `on` and `no`
 * are truth values and `0755` is octal.
 */
export function plainKubeValue(written: string): Scalar['value'] {
  const first = written.charCodeAt(0);
  // Most scalars begin with a letter that no word or number begins with.
  if (first > 0x39 && !startsWord.has(first)) return written;
  const word = words.get(written);
  if (word !== undefined) return word;
  return first <= 0x39 ? (numberValue(written) ?? written) : written;
}

const words = new Map<string, boolean | null | number>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
]);
const startsWord = new Set([...'yYnNtTfFoO~'].map((letter) => letter.charCodeAt(0)));

function numberValue(written: string): number | undefined {
  const plain = written.replaceAll('_', '');
  const integer = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/.exec(plain);
  if (integer) {
    const [, sign, hex, binary, octal, decimal] = integer;
    const [digits = '0', base = 10] =
      [[hex, 16] as const, [binary, 2] as const, [octal, 8] as const].find(([found]) => found !== undefined) ??
      ([decimal, 10] as const);
    return Number.parseInt(digits, base) * (sign === '-' ? -1 : 1);
  }
  const isFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/.test(plain);
  return isFloat && Number.isFinite(Number(plain)) ? Number(plain) : undefined;
}
