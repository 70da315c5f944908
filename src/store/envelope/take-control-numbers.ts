import {
  type ControlNumberLevel,
  type ControlNumberRange,
  controlNumberKey,
  formatControlNumber,
  nextControlNumbers,
} from '../../partners/control-numbers.ts';
import type { Queryable } from '../database.ts';

/**
 * Takes the next number of a range, as it stands on the wire. The range stays locked until the transaction ends: a number is committed with
 * what carries it or given back, so none is used twice and none is skipped. Take interchange, then group, then transaction, always.
 * Throws FailureError `control-numbers-exhausted`.
 */
export async function takeControlNumber(tx: Queryable, range: ControlNumberRange): Promise<string> {
  const key = controlNumberKey(range);
  const { rows } = await tx.query<{ last: bigint }>(
    `insert into control_number_range (key, last) values ($1, 0) on conflict (key) do update set last = control_number_range.last returning last`,
    [key],
  );
  const [next = 0] = nextControlNumbers(range, Number(rows[0]?.last ?? 0n));
  await tx.query('update control_number_range set last = $2 where key = $1', [key, next]);
  return formatControlNumber(range.ours.syntax, range.level, next);
}

/** The ranges one interchange of ours draws on, in the order in which they are locked. */
export const levelsOf = (hasTransactions: boolean): readonly ControlNumberLevel[] =>
  hasTransactions ? ['interchange', 'group', 'transaction'] : ['interchange'];
