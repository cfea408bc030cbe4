/** An expression of the Common Expression Language, as far as resource definitions use it. */
export type Expression =
  | { readonly is: 'value'; readonly value: string | number | boolean | null }
  | { readonly is: 'name'; readonly name: string }
  | { readonly is: 'list'; readonly items: readonly Expression[] }
  | { readonly is: 'map'; readonly entries: readonly (readonly [Expression, Expression])[] }
  | { readonly is: 'field'; readonly of: Expression; readonly name: string }
  | { readonly is: 'index'; readonly of: Expression; readonly at: Expression }
  | { readonly is: 'call'; readonly name: string; readonly on?: Expression; readonly args: readonly Expression[] }
  | { readonly is: 'not' | 'minus'; readonly of: Expression }
  | { readonly is: 'binary'; readonly operator: string; readonly left: Expression; readonly right: Expression }
  | { readonly is: 'choice'; readonly test: Expression; readonly yes: Expression; readonly no: Expression };

/** Throws a SyntaxError for what it does not know: https://github.com/google/cel-spec/blob/master/doc/langdef.md#syntax. */
export function parseCel(source: string): Expression {
  const parser = new Parser(tokensOf(source));
  const expression = parser.choice();
  parser.expectEnd();
  return expression;
}

type Token = { readonly text: string; readonly kind: 'text' | 'number' | 'name' | 'sign' | 'end' };

const pattern =
  /\s*(?:(r?"""[\s\S]*?"""|r?'''[\s\S]*?'''|r?"(?:[^"\\]|\\.)*"|r?'(?:[^'\\]|\\.)*')|((?:0x[0-9a-fA-F]+|\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)u?)|([A-Za-z_]\w*)|(&&|\|\||[=!<>]=|[-+*/%<>!?:.,()[\]{}]))/y;

function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  const text = source.trim();
  for (let at = 0; at < text.length; at = pattern.lastIndex) {
    pattern.lastIndex = at;
    const [, quoted, number, name, sign] = pattern.exec(text) ?? [];
    if (quoted !== undefined) tokens.push({ kind: 'text', text: unquoted(quoted) });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (name !== undefined) tokens.push({ kind: 'name', text: name });
    else if (sign !== undefined) tokens.push({ kind: 'sign', text: sign });
    else throw new SyntaxError(`not understood: ${text.slice(at)}`);
  }
  return [...tokens, { kind: 'end', text: '' }];
}

function unquoted(quoted: string): string {
  const raw = quoted.startsWith('r');
  const marked = raw ? quoted.slice(1) : quoted;
  const marks = /^(?:"""|''')/.test(marked) ? 3 : 1;
  const inner = marked.slice(marks, -marks);
  return raw ? inner : inner.replace(/\\(.)/g, (_, escaped: string) => escapes[escaped] ?? escaped);
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };

/** Weakest first; those of one row bind alike. */
const operators: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['==', '!=', '<', '<=', '>', '>=', 'in'],
  ['+', '-'],
  ['*', '/', '%'],
];

const words: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  choice(): Expression {
    const test = this.#binary(0);
    if (!this.#take('?')) return test;
    const yes = this.choice();
    this.#expect(':');
    return { is: 'choice', test, yes, no: this.choice() };
  }

  expectEnd(): void {
    if (this.#next.kind !== 'end') throw new SyntaxError(`unexpected "${this.#next.text}"`);
  }

  #binary(level: number): Expression {
    const row = operators[level];
    if (!row) return this.#unary();
    let left = this.#binary(level + 1);
    while (this.#next.kind !== 'text' && row.includes(this.#next.text)) {
      const operator = this.#advance().text;
      left = { is: 'binary', operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #unary(): Expression {
    if (this.#take('!')) return { is: 'not', of: this.#unary() };
    if (this.#take('-')) return { is: 'minus', of: this.#unary() };
    return this.#member(this.#primary());
  }

  #member(of: Expression): Expression {
    if (this.#take('.')) {
      const { kind, text: name } = this.#advance();
      if (kind !== 'name') throw new SyntaxError(`a name expected instead of "${name}"`);
      return this.#member(this.#take('(') ? { is: 'call', name, on: of, args: this.#list(')') } : field(of, name));
    }
    if (this.#take('[')) {
      const at = this.choice();
      this.#expect(']');
      return this.#member({ is: 'index', of, at });
    }
    return of;
  }

  #primary(): Expression {
    const token = this.#advance();
    if (token.kind === 'text') return { is: 'value', value: token.text };
    if (token.kind === 'number') return { is: 'value', value: Number(token.text.replace(/u$/, '')) };
    if (token.kind === 'name') return this.#named(token.text);
    if (token.text === '(') {
      const inner = this.choice();
      this.#expect(')');
      return inner;
    }
    if (token.text === '[') return { is: 'list', items: this.#list(']') };
    if (token.text === '{') return { is: 'map', entries: this.#entries() };
    throw new SyntaxError(`unexpected "${token.text}"`);
  }

  #named(name: string): Expression {
    const word = words[name];
    if (word !== undefined) return { is: 'value', value: word };
    if (!this.#take('(')) return { is: 'name', name };
    const args = this.#list(')');
    if (name === 'has' && args[0]?.is !== 'field') throw new SyntaxError('invalid argument to has() macro');
    return { is: 'call', name, args };
  }

  #list(end: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(end)) {
      if (items.length > 0) this.#expect(',');
      items.push(this.choice());
    }
    return items;
  }

  #entries(): (readonly [Expression, Expression])[] {
    const entries: (readonly [Expression, Expression])[] = [];
    while (!this.#take('}')) {
      if (entries.length > 0) this.#expect(',');
      const key = this.choice();
      this.#expect(':');
      entries.push([key, this.choice()]);
    }
    return entries;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '' };
  }

  #advance(): Token {
    const token = this.#next;
    this.#at++;
    return token;
  }

  #take(sign: string): boolean {
    const taken = this.#next.kind === 'sign' && this.#next.text === sign;
    if (taken) this.#at++;
    return taken;
  }

  #expect(sign: string): void {
    if (!this.#take(sign)) throw new SyntaxError(`"${sign}" expected instead of "${this.#next.text}"`);
  }
}

/** Fields that are called like a word of CEL are written with underscores around: `__namespace__`. */
const field = (of: Expression, name: string): Expression => ({
  is: 'field',
  of,
  name: /^__(.+)__$/.exec(name)?.[1] ?? name,
});
