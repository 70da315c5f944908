import {
  addDecimals,
  compareDecimals,
  divideDecimals,
  isDecimal,
  isZeroDecimal,
  multiplyDecimals,
  negateDecimal,
  normalDecimal,
  subtractDecimals,
} from '../../core/decimal.ts';
import type { Formula, Operator } from './formula.ts';

/** A decimal or text, a truth, or null: nothing to say, because a part is absent. */
export type Value = string | boolean | null;

export interface FormulaScope {
  /** What paths start from. */
  readonly here: unknown;
  readonly root: unknown;
  /** Functions the engine answers: hl(), segments(), totals(). Null: not known now. */
  call(name: string, argument: unknown): Value;
}

/** Quotients keep as many places as a unit price has at most in X12. */
const quotientPlaces = 17;

export const isTrue = (value: Value): boolean => value === true;

/** Takes a formula and where it stands; gives its value. Absent parts make null, and null is compared with nothing. */
export function evaluate(formula: Formula, scope: FormulaScope): Value {
  switch (formula.kind) {
    case 'number':
    case 'text':
      return formula.text;
    case 'path':
      return single(valuesAt(scope.here, formula.steps));
    case 'not': {
      const value = evaluate(formula.of, scope);
      return typeof value === 'boolean' ? !value : null;
    }
    case 'negative': {
      const value = numberOf(evaluate(formula.of, scope));
      return value === null ? null : negateDecimal(value);
    }
    case 'call':
      return call(formula.name, formula.argument, scope);
    case 'binary':
      return binary(formula.operator, evaluate(formula.left, scope), evaluate(formula.right, scope));
  }
}

/** Every value at the end of the steps, through all lists on the way. */
export function valuesAt(from: unknown, steps: readonly string[]): unknown[] {
  let values: unknown[] = [from];
  for (const step of steps)
    values = values.flatMap((value) => {
      const inner =
        typeof value === 'object' && value !== null && Object.hasOwn(value, step)
          ? (value as Readonly<Record<string, unknown>>)[step]
          : undefined;
      return inner === undefined ? [] : Array.isArray(inner) ? inner : [inner];
    });
  return values;
}

/** A quantity {value, unit} counts as its value, a code {code, original} as its code. */
function textOf(value: unknown): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return null;
  const { value: amount, code, original } = value as Readonly<Record<string, unknown>>;
  const text = amount ?? code ?? original;
  return typeof text === 'string' ? text : null;
}

const single = (values: readonly unknown[]): Value => (values.length === 1 ? textOf(values[0]) : null);
const numberOf = (value: Value): string | null => (typeof value === 'string' && isDecimal(value) ? value : null);

function call(name: string, argument: Formula | null, scope: FormulaScope): Value {
  const values = argument?.kind === 'path' ? valuesAt(scope.here, argument.steps) : [];
  switch (name) {
    case 'count':
      return String(values.length);
    case 'present':
      return values.length > 0;
    case 'absent':
      return values.length === 0;
    case 'sum': {
      const texts = values.map(textOf);
      return texts.every((text) => text !== null && isDecimal(text))
        ? normalDecimal(addDecimals('0', ...(texts as string[])))
        : null;
    }
    case 'hash': {
      // X12 hash total: digits summed without regard to points and signs.
      const texts = values.map(textOf);
      if (!texts.every((text) => text !== null && isDecimal(text))) return null;
      return String(texts.reduce((sum, text) => sum + BigInt(String(text).replace(/[-.]/g, '') || '0'), 0n));
    }
    default:
      return scope.call(name, argument?.kind === 'path' ? (argument.steps.length === 0 ? scope.here : values) : null);
  }
}

function binary(operator: Operator, left: Value, right: Value): Value {
  if (operator === 'and' || operator === 'or') {
    if (typeof left !== 'boolean' || typeof right !== 'boolean') return null;
    return operator === 'and' ? left && right : left || right;
  }
  const a = numberOf(left);
  const b = numberOf(right);
  if (operator === '=' || operator === '!=') {
    if (left === null || right === null) return null;
    const same = a !== null && b !== null ? compareDecimals(a, b) === 0 : left === right;
    return same === (operator === '=');
  }
  if (a === null || b === null) return null;
  switch (operator) {
    case '+':
      return addDecimals(a, b);
    case '-':
      return subtractDecimals(a, b);
    case '*':
      return multiplyDecimals(a, b);
    case '/':
      return isZeroDecimal(b) ? null : divideDecimals(a, b, quotientPlaces);
    case '<':
      return compareDecimals(a, b) < 0;
    case '<=':
      return compareDecimals(a, b) <= 0;
    case '>':
      return compareDecimals(a, b) > 0;
    case '>=':
      return compareDecimals(a, b) >= 0;
  }
}
