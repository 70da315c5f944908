import { isDecimal, sameDecimal } from '../core/decimal.ts';
import type { Value } from './formula/evaluate.ts';
import type { BalanceSpec, ElementPlace } from './language/spec.ts';
import type { AgreementValues } from './map.ts';

/** Functions of a balance that know the documents' own rules: `totals(.)`. A name the map uses and nobody hands in is a fault of the map. */
export type BalanceFunctions = Readonly<
  Record<string, (argument: unknown, agreement: AgreementValues) => string | null>
>;

export interface BalanceWorld {
  readonly functions: BalanceFunctions;
  readonly document: unknown;
  readonly agreement: AgreementValues;
  readonly segmentCount: number;
  readonly hierarchyCount: number;
}

/** What the engine itself counts; everything else is handed in. */
export function callBalance(name: string, argument: unknown, world: BalanceWorld): Value {
  if (name === 'segments') return String(world.segmentCount);
  if (name === 'hl') return String(world.hierarchyCount);
  return world.functions[name]?.(argument, world.agreement) ?? null;
}

/** Functions a formula may call without anybody handing them in. */
export const BUILT_IN = ['count', 'sum', 'hash', 'present', 'absent', 'hl', 'segments'];

/** Equal as numbers; a hash total also when the element is too short for all its digits and keeps the last (X12: truncated on the left). */
export function sameAmount(value: string, expected: string, spec: BalanceSpec, place: ElementPlace | null): boolean {
  if (value === expected) return true;
  if (!isDecimal(value) || !isDecimal(expected)) return false;
  // Whole numbers in their one form differ when their digits do; only the rest need be compared as decimals.
  if (!(isPlainWhole(value) && isPlainWhole(expected)) && sameDecimal(value, expected)) return true;
  const max = place?.type.max ?? 0;
  const isHash = spec.formula.kind === 'call' && spec.formula.name === 'hash';
  return isHash && max > 0 && expected.length > max && sameDecimal(value, expected.slice(-max));
}

const isPlainWhole = (text: string): boolean => /^[1-9]\d*$/.test(text);

/** A place a path leads to: the innermost list item it stands in, and the object that has it, or would. One object, moved on from place to place. */
export interface Along {
  here: unknown;
  holder: Record<string, unknown>;
  readonly key: string;
  path(): string;
}

/** Visits every place at a path of steps ("lines[]", "quantity", "value"). Paths are made only when asked for. */
export function visitAlong(document: unknown, steps: readonly string[], visit: (place: Along) => void): void {
  const indexes: number[] = [];
  const keys = steps.map((step) => (step.endsWith('[]') ? step.slice(0, -2) : step));
  const place: Along = { here: document, holder: {}, key: keys.at(-1) ?? '', path: () => pathOf(steps, indexes) };
  /** As deep as the path. */
  const descend = (here: unknown, value: unknown, depth: number): void => {
    const key = keys[depth];
    if (key === undefined || !isRecord(value)) return;
    if (depth === keys.length - 1) {
      place.here = here;
      place.holder = value;
      visit(place);
      return;
    }
    const inner = value[key];
    if (!Array.isArray(inner)) {
      descend(here, inner, depth + 1);
      return;
    }
    const level = indexes.length;
    for (let index = 0; index < inner.length; index++) {
      indexes[level] = index;
      descend(inner[index], inner[index], depth + 1);
    }
    indexes.length = level;
  };
  descend(document, document, 0);
}

function pathOf(steps: readonly string[], indexes: readonly number[]): string {
  let next = 0;
  return steps.map((step) => (step.endsWith('[]') ? `${step.slice(0, -2)}[${indexes[next++] ?? 0}]` : step)).join('.');
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
