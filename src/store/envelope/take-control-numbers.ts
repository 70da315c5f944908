import {
  type ControlNumberRange,
  controlNumberKey,
  formatControlNumber,
  nextControlNumbers,
} from '../../partners/control-numbers.ts';
import type { Queryable } from '../database.ts';

// Rows are locked in the order in which they are given. A range that is new begins at 0: none was taken.
const LOCK_RANGES = `
  insert into control_number_range (key, last)
  select key, 0 from unnest($1::text[]) with ordinality as r (key, place) order by place
  on conflict (key) do update set last = control_number_range.last returning key, last`;

const MOVE_RANGES = `
  update control_number_range c set last = r.last from unnest($1::text[], $2::bigint[]) as r (key, last) where c.key = r.key`;

/**
 * Takes the next number of each range, as it stands on the wire. The ranges stay locked until the transaction ends: a number is committed
 * with what carries it or given back, so none is used twice and none is skipped. Give interchange, then group, then transaction, always.
 * Throws FailureError `control-numbers-exhausted`.
 */
export async function takeControlNumbers(
  tx: Queryable,
  ranges: readonly ControlNumberRange[],
): Promise<readonly string[]> {
  const keys = ranges.map(controlNumberKey);
  const { rows } = await tx.query<{ key: string; last: bigint }>(LOCK_RANGES, [keys]);
  const lastOf = new Map(rows.map(({ key, last }) => [key, last]));
  const taken = ranges.map((range, index) => {
    const [next = 0] = nextControlNumbers(range, Number(lastOf.get(keys[index] ?? '') ?? 0n));
    return next;
  });
  await tx.tell(MOVE_RANGES, [keys, taken]);
  return ranges.map(({ ours, level }, index) => formatControlNumber(ours.syntax, level, taken[index] ?? 0));
}
