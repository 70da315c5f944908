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
  sumDecimals,
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
  const values: unknown[] = [];
  collect(from, steps, 0, values);
  return values;
}

/** A document's values are no functions: what an object inherits is, and asking each time whether it is its own took a tenth of a balance. */
function ownValue(value: unknown, step: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  const inner = (value as Readonly<Record<string, unknown>>)[step];
  return typeof inner === 'function' || inner === Object.prototype ? undefined : inner;
}

/** As deep as the formula's path. */
function collect(value: unknown, steps: readonly string[], depth: number, out: unknown[]): void {
  const step = steps[depth];
  if (step === undefined) {
    out.push(value);
    return;
  }
  const inner = ownValue(value, step);
  if (inner === undefined) return;
  if (!Array.isArray(inner)) collect(inner, steps, depth + 1, out);
  else for (let index = 0; index < inner.length; index++) collect(inner[index], steps, depth + 1, out);
}

const NO_STEPS: readonly string[] = [];
const valuesOf = (scope: FormulaScope, steps: readonly string[]): unknown[] =>
  steps === NO_STEPS ? [] : valuesAt(scope.here, steps);

/** Whether anything stands at the end of the steps. */
function isThere(value: unknown, steps: readonly string[], depth: number): boolean {
  const step = steps[depth];
  if (step === undefined) return true;
  const inner = ownValue(value, step);
  if (Array.isArray(inner)) return inner.some((item) => isThere(item, steps, depth + 1));
  return inner !== undefined && isThere(inner, steps, depth + 1);
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
  const steps = argument?.kind === 'path' ? argument.steps : NO_STEPS;
  switch (name) {
    case 'count':
      return String(valuesOf(scope, steps).length);
    case 'present':
      return steps !== NO_STEPS && isThere(scope.here, steps, 0);
    case 'absent':
      return steps === NO_STEPS || !isThere(scope.here, steps, 0);
    case 'sum':
      return sumOf(valuesOf(scope, steps));
    case 'hash':
      return hashOf(valuesOf(scope, steps));
    default:
      return scope.call(
        name,
        argument?.kind === 'path' ? (argument.steps.length === 0 ? scope.here : valuesOf(scope, steps)) : null,
      );
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

/** The longest number whose sums, for as many addends as a document has, stay exact as integers: 2^53 has sixteen digits. */
const exactDigits = 9;
function isSmallWhole(text: string): boolean {
  if (text === '' || text.length > exactDigits) return false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}

/** Whole small numbers, nearly all there are, are added as integers; the rest as exact decimals, twenty times slower. */
function sumOf(values: readonly unknown[]): Value {
  let whole = 0;
  const rest: string[] = [];
  for (const value of values) {
    const text = textOf(value);
    if (text === null) return null;
    if (isSmallWhole(text)) whole += Number(text);
    else if (isDecimal(text)) rest.push(text);
    else return null;
  }
  return rest.length === 0 ? String(whole) : normalDecimal(sumDecimals([String(whole), ...rest]));
}

/** X12 hash total: digits summed without regard to points and signs. */
function hashOf(values: readonly unknown[]): Value {
  let small = 0;
  let large = 0n;
  for (const value of values) {
    const text = textOf(value);
    if (text === null) return null;
    if (isSmallWhole(text)) small += Number(text);
    else if (isDecimal(text)) large += BigInt(text.replace(/[-.]/g, ''));
    else return null;
  }
  return large === 0n ? String(small) : String(large + BigInt(small));
}
