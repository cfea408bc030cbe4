import { isIP } from 'node:net';
import { isJsonObject } from '../../json.ts';
import { nanoseconds } from '../durations.ts';
import { goPattern } from '../patterns.ts';
import { type Expression, parseCel } from './parse.ts';

/** Whether a rule holds for a value; a rule that can't be evaluated does not, as in the API server. */
export type Rule = (self: unknown) => boolean;

/** A rule, ready to be asked. Throws a SyntaxError for what is not known here. */
export function compileCel(source: string): Rule {
  const evaluate = compile(parseCel(source));
  return (self) => {
    try {
      return evaluate({ self }) === true;
    } catch (error) {
      if (error instanceof CelError) return false;
      throw error;
    }
  };
}

/** A field that is not there, a number where text is wanted: what makes a rule fail at run time. */
class CelError extends Error {
  override readonly name = 'CelError';
}

type Scope = Readonly<Record<string, unknown>>;
type Evaluate = (scope: Scope) => unknown;

function compile(expression: Expression): Evaluate {
  switch (expression.is) {
    case 'value':
      return () => expression.value;
    case 'name':
      return (scope) => get(scope, expression.name);
    case 'list': {
      const items = expression.items.map(compile);
      return (scope) => items.map((item) => item(scope));
    }
    case 'map': {
      const entries = expression.entries.map(([key, value]) => [compile(key), compile(value)] as const);
      return (scope) => Object.fromEntries(entries.map(([key, value]) => [key(scope), value(scope)]));
    }
    case 'field': {
      const of = compile(expression.of);
      return (scope) => get(of(scope), expression.name);
    }
    case 'index': {
      const [of, at] = [compile(expression.of), compile(expression.at)];
      return (scope) => get(of(scope), at(scope));
    }
    case 'not': {
      const of = compile(expression.of);
      return (scope) => !truth(of(scope));
    }
    case 'minus': {
      const of = compile(expression.of);
      return (scope) => -number(of(scope));
    }
    case 'choice': {
      const [test, yes, no] = [compile(expression.test), compile(expression.yes), compile(expression.no)];
      return (scope) => (truth(test(scope)) ? yes(scope) : no(scope));
    }
    case 'binary':
      return binary(expression.operator, compile(expression.left), compile(expression.right));
    case 'call':
      return call(expression);
  }
}

function binary(operator: string, left: Evaluate, right: Evaluate): Evaluate {
  // Either side decides alone, whatever is wrong with the other.
  if (operator === '||') return (scope) => decided(true, left, right, scope);
  if (operator === '&&') return (scope) => decided(false, left, right, scope);
  const operate = operations[operator];
  if (!operate) throw new SyntaxError(`unknown operator ${operator}`);
  return (scope) => operate(left(scope), right(scope));
}

function decided(deciding: boolean, left: Evaluate, right: Evaluate, scope: Scope): boolean {
  try {
    if (truth(left(scope)) === deciding) return deciding;
  } catch (error) {
    if (!(error instanceof CelError) || truth(right(scope)) !== deciding) throw error;
    return deciding;
  }
  return truth(right(scope));
}

const operations: Readonly<Record<string, (left: unknown, right: unknown) => unknown>> = {
  '==': (left, right) => same(left, right),
  '!=': (left, right) => !same(left, right),
  '<': (left, right) => ordered(left, right) < 0,
  '<=': (left, right) => ordered(left, right) <= 0,
  '>': (left, right) => ordered(left, right) > 0,
  '>=': (left, right) => ordered(left, right) >= 0,
  in: (left, right) => elements(right).some((one) => same(one, left)),
  '+': (left, right) => (typeof left === 'string' ? left + text(right) : number(left) + number(right)),
  '-': (left, right) => number(left) - number(right),
  '*': (left, right) => number(left) * number(right),
  '/': (left, right) => Math.trunc(number(left) / number(right)),
  '%': (left, right) => number(left) % number(right),
};

function call({ name, on, args }: Extract<Expression, { is: 'call' }>): Evaluate {
  const [first, second] = args;
  if (name === 'has' && first?.is === 'field') {
    const of = compile(first.of);
    return (scope) => hasField(of(scope), first.name);
  }
  const macro = macros[name];
  if (macro && on && first?.is === 'name' && second) {
    const [list, body] = [compile(on), compile(second)];
    return (scope) => macro(elements(list(scope)), (item) => body({ ...scope, [first.name]: item }));
  }
  const apply = functions[name];
  if (!apply) throw new SyntaxError(`unknown function ${name}`);
  const values = [...(on ? [on] : []), ...args].map(compile);
  return (scope) => apply(...values.map((value) => value(scope)));
}

type Body = (item: unknown) => unknown;
const macros: Readonly<Record<string, (items: readonly unknown[], body: Body) => unknown>> = {
  all: (items, body) => items.every((item) => truth(body(item))),
  exists: (items, body) => items.some((item) => truth(body(item))),
  exists_one: (items, body) => items.filter((item) => truth(body(item))).length === 1,
  filter: (items, body) => items.filter((item) => truth(body(item))),
  map: (items, body) => items.map(body),
};

/** A method gets what it is called on as its first argument. */
const functions: Readonly<Record<string, (...args: unknown[]) => unknown>> = {
  size: (value) => (typeof value === 'string' ? [...value].length : elements(value).length),
  contains: (value, part) => text(value).includes(text(part)),
  startsWith: (value, part) => text(value).startsWith(text(part)),
  endsWith: (value, part) => text(value).endsWith(text(part)),
  matches: (value, pattern) => goPattern(text(pattern)).test(text(value)),
  split: (value, separator) => text(value).split(text(separator)),
  substring: (value, from, to) =>
    [...text(value)].slice(number(from), to === undefined ? undefined : number(to)).join(''),
  int: (value) => Math.trunc(number(typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value)),
  duration: (value) => nanoseconds(text(value)) ?? fail('no duration'),
  isIP: (value) => isIP(text(value)) !== 0,
  isURL: (value) => schemeOf(text(value)) !== undefined,
  url: (value) => ({ scheme: schemeOf(text(value)) ?? fail('no URL') }),
  getScheme: (value) => get(value, 'scheme'),
};

/** A URL in the sense of Go's `url.ParseRequestURI`: absolute, or a path. */
function schemeOf(value: string): string | undefined {
  if (value.startsWith('/')) return '';
  const [, scheme] = /^([A-Za-z][A-Za-z0-9+.-]*):[^\s]+$/.exec(value) ?? [];
  return scheme?.toLowerCase();
}

const hasField = (value: unknown, name: string): boolean =>
  isJsonObject(value) && Object.hasOwn(value, name) && value[name] !== undefined;

function get(value: unknown, key: unknown): unknown {
  const found = Array.isArray(value)
    ? value[Number(key)]
    : isJsonObject(value) && hasField(value, String(key))
      ? value[String(key)]
      : undefined;
  return found === undefined ? fail(`nothing at ${key}`) : found;
}

/** Of a map its keys. */
const elements = (value: unknown): readonly unknown[] =>
  Array.isArray(value) ? value : isJsonObject(value) ? Object.keys(value) : fail('no list');

const truth = (value: unknown): boolean => (typeof value === 'boolean' ? value : fail('no truth value'));
const number = (value: unknown): number => (typeof value === 'number' ? value : fail('no number'));
const text = (value: unknown): string => (typeof value === 'string' ? value : fail('no text'));

const ordered = (left: unknown, right: unknown): number =>
  typeof left === 'string' ? (left < text(right) ? -1 : left === right ? 0 : 1) : number(left) - number(right);

const same = (left: unknown, right: unknown): boolean =>
  left === right || (typeof left === 'object' && JSON.stringify(left) === JSON.stringify(right));

function fail(what: string): never {
  throw new CelError(what);
}
