/*
 * Formula  what stands after `is:` and `when:` of a balance.
 *
 *   count(lines)   sum(lines.quantity)   hash(lines.quantity.value)   hl()   segments()   totals(.)   present(x)   absent(x)
 *   12.5   'text'   lines.quantity.value   + - * /   = != < <= > >=   not and or   ( )
 *
 * A path is relative to where the balance stands: the document, or one item of its list. `.` is that place itself.
 */
export type Operator = '+' | '-' | '*' | '/' | '=' | '!=' | '<' | '<=' | '>' | '>=' | 'and' | 'or';

export type Formula =
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'path'; readonly steps: readonly string[] }
  | { readonly kind: 'call'; readonly name: string; readonly argument: Formula | null }
  | { readonly kind: 'not'; readonly of: Formula }
  | { readonly kind: 'negative'; readonly of: Formula }
  | { readonly kind: 'binary'; readonly operator: Operator; readonly left: Formula; readonly right: Formula };

// A formula is a line of a map, written by hand; the deepest in use nests four.
const depthMax = 30;
const textLengthMax = 500;

interface Token {
  readonly kind: 'number' | 'text' | 'word' | 'sign' | 'end';
  readonly text: string;
}

const TOKEN =
  /\s*(?:(\d{1,30}(?:\.\d{1,30})?)|'([^']{0,200})'|([A-Za-z_][\w-]*(?:\.[A-Za-z_][\w-]*)*)|(!=|<=|>=|[()+*/=<>.,-]))/y;

/** Takes the text of a formula; gives it, or a sentence saying why it is none. */
export function parseFormula(text: string): Formula | string {
  if (text.length > textLengthMax) return `A formula has at most ${textLengthMax} characters.`;
  const tokens: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(text);
    if (match === null) return `'${text.slice(from).trim().slice(0, 20)}' is no part of a formula.`;
    const [, number, quoted, word, sign] = match;
    if (number !== undefined) tokens.push({ kind: 'number', text: number });
    else if (quoted !== undefined) tokens.push({ kind: 'text', text: quoted });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word });
    else tokens.push({ kind: 'sign', text: sign ?? '' });
  }
  return new Parser(tokens).whole();
}

const LEVELS: readonly (readonly Operator[])[] = [
  ['or'],
  ['and'],
  ['=', '!=', '<', '<=', '>', '>='],
  ['+', '-'],
  ['*', '/'],
];

class Parser {
  private next = 0;
  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  whole(): Formula | string {
    const formula = this.binary(0, 0);
    if (typeof formula === 'string') return formula;
    const rest = this.peek();
    return rest.kind === 'end' ? formula : `'${rest.text}' was not expected.`;
  }

  private peek(): Token {
    return this.tokens[this.next] ?? { kind: 'end', text: 'the end' };
  }

  private binary(level: number, depth: number): Formula | string {
    const operators = LEVELS[level];
    if (operators === undefined) return this.unary(depth + 1);
    let left = this.binary(level + 1, depth);
    while (typeof left !== 'string') {
      const operator = operators.find((known) => known === this.peek().text && this.peek().kind !== 'text');
      if (operator === undefined) return left;
      this.next++;
      const right = this.binary(level + 1, depth);
      if (typeof right === 'string') return right;
      left = { kind: 'binary', operator, left, right };
    }
    return left;
  }

  private unary(depth: number): Formula | string {
    if (depth > depthMax) return `A formula nests at most ${depthMax} deep.`;
    const token = this.peek();
    this.next++;
    if (token.kind === 'number') return { kind: 'number', text: token.text };
    if (token.kind === 'text') return { kind: 'text', text: token.text };
    if (token.kind === 'sign' && (token.text === '-' || token.text === '(')) return this.signed(token.text, depth);
    if (token.kind === 'sign' && token.text === '.') return { kind: 'path', steps: [] };
    if (token.kind !== 'word') return `A value was expected before '${token.text}'.`;
    if (token.text === 'not') {
      const of = this.unary(depth + 1);
      return typeof of === 'string' ? of : { kind: 'not', of };
    }
    if (this.peek().text !== '(' || this.peek().kind !== 'sign') return { kind: 'path', steps: token.text.split('.') };
    this.next++;
    return this.call(token.text, depth);
  }

  private signed(sign: string, depth: number): Formula | string {
    if (sign === '-') {
      const of = this.unary(depth + 1);
      return typeof of === 'string' ? of : { kind: 'negative', of };
    }
    const inner = this.binary(0, depth + 1);
    return typeof inner === 'string' ? inner : (this.closing() ?? inner);
  }

  private call(name: string, depth: number): Formula | string {
    if (this.peek().text === ')') {
      this.next++;
      return { kind: 'call', name, argument: null };
    }
    const argument = this.binary(0, depth + 1);
    if (typeof argument === 'string') return argument;
    return this.closing() ?? { kind: 'call', name, argument };
  }

  private closing(): string | undefined {
    const token = this.peek();
    this.next++;
    return token.text === ')' ? undefined : `')' was expected before '${token.text}'.`;
  }
}
