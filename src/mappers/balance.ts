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
  if (!isDecimal(value) || !isDecimal(expected)) return value === expected;
  if (sameDecimal(value, expected)) return true;
  const max = place?.type.max ?? 0;
  const isHash = spec.formula.kind === 'call' && spec.formula.name === 'hash';
  return isHash && max > 0 && expected.length > max && sameDecimal(value, expected.slice(-max));
}

/** Every value at a path of steps ("lines[]", "quantity", "value"), with the innermost list item it stands in and its path. */
export function itemsAlong(
  document: unknown,
  steps: readonly string[],
): { here: unknown; holder: Record<string, unknown>; key: string; value: unknown; path: string }[] {
  let items: { here: unknown; value: unknown; path: string }[] = [{ here: document, value: document, path: '' }];
  const last = steps.at(-1) ?? '';
  for (const step of steps.slice(0, -1)) {
    const list = step.endsWith('[]');
    const key = list ? step.slice(0, -2) : step;
    items = items.flatMap(({ here, value, path }) => {
      const inner = isRecord(value) ? value[key] : undefined;
      const at = path === '' ? key : `${path}.${key}`;
      if (!list) return inner === undefined ? [] : [{ here, value: inner, path: at }];
      return Array.isArray(inner)
        ? inner.map((item: unknown, index) => ({ here: item, value: item, path: `${at}[${index}]` }))
        : [];
    });
  }
  return items.flatMap(({ here, value, path }) =>
    isRecord(value)
      ? [{ here, holder: value, key: last, value: value[last], path: path === '' ? last : `${path}.${last}` }]
      : [],
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
