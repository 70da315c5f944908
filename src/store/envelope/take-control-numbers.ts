import {
  type ControlNumberRange,
  controlNumberKey,
  controlNumberRule,
  formatControlNumber,
  nextControlNumbers,
} from '../../partners/control-numbers.ts';
import type { Queryable } from '../database.ts';

// Rows are locked in the order in which they are given. A range that is new begins at its first number; one at its end begins again
// there, or goes past it, which the rules of the range then refuse.
const TAKE_NUMBERS = `
  insert into control_number_range (key, last)
  select key, first from unnest($1::text[], $2::bigint[]) with ordinality as r (key, first, place) order by place
  on conflict (key) do update set last = case
    when control_number_range.last = ($3::bigint[])[array_position($1::text[], control_number_range.key)] then excluded.last
    else control_number_range.last + 1 end
  returning key, last`;

/**
 * Takes the next number of each range, as it stands on the wire, in one statement: works of one transaction may take side by side. The ranges
 * stay locked until the transaction ends: a number is committed with what carries it or given back, so none is used twice and none is skipped.
 * Give interchange, then group, then transaction, always. Throws FailureError `control-numbers-exhausted`.
 */
export async function takeControlNumbers(
  tx: Queryable,
  ranges: readonly ControlNumberRange[],
): Promise<readonly string[]> {
  const keys = ranges.map(controlNumberKey);
  const rules = ranges.map(({ ours, level }) => controlNumberRule(ours.syntax, level));
  const { rows } = await tx.query<{ key: string; last: bigint }>(TAKE_NUMBERS, [
    keys,
    rules.map(({ numberMin }) => numberMin),
    rules.map(({ numberMax, onExhausted }) => (onExhausted === 'begin-again' ? numberMax : null)),
  ]);
  const taken = new Map(rows.map(({ key, last }) => [key, Number(last)]));
  return ranges.map((range, index) => takenFrom(range, taken.get(keys[index] ?? '') ?? 0));
}

function takenFrom(range: ControlNumberRange, number: number): string {
  const { syntax } = range.ours;
  const { numberMax } = controlNumberRule(syntax, range.level);
  // Asked for one more than the last there is, the rules refuse in their own words.
  if (number > numberMax) nextControlNumbers(range, numberMax);
  return formatControlNumber(syntax, range.level, number);
}
