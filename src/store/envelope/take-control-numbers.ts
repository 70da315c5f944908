import {
  CONTROL_NUMBER_LEVELS,
  type ControlNumberRange,
  controlNumberKey,
  controlNumberRule,
  formatControlNumber,
  nextControlNumbers,
} from '../../partners/control-numbers.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement } from '../in-one-statement.ts';

// Rows are locked in the order in which they are given. A range that may not begin again goes past its end, which its rules then refuse.
const TAKE_NUMBERS = `
  insert into control_number_range (key, last)
  select key, count from unnest($1::text[], $2::bigint[]) with ordinality as r (key, count, place) order by place
  on conflict (key) do update set last = (
    select control_number_range.last + excluded.last
           - case when control_number_range.last + excluded.last > begins_again_after then begins_again_after else 0 end
      from unnest($1::text[], $3::bigint[]) as r (key, begins_again_after) where r.key = excluded.key)
  returning key, last`;

interface Wanted {
  readonly range: ControlNumberRange;
  count: number;
}

/**
 * Takes the next number of each range, as it stands on the wire; works of one transaction that take side by side are given theirs by one
 * statement, for each by its own was 2 of an order's 20. The ranges stay locked until the transaction ends: a number is committed with what
 * carries it or given back, so none is used twice and none is skipped. Throws FailureError `control-numbers-exhausted`.
 */
export const takeControlNumbers = inOneStatement(
  async (tx: Queryable, asked: readonly (readonly ControlNumberRange[])[]): Promise<readonly (readonly string[])[]> => {
    const wanted = new Map<string, Wanted>();
    for (const range of asked.flat()) {
      const key = controlNumberKey(range);
      const known = wanted.get(key);
      if (known === undefined) wanted.set(key, { range, count: 1 });
      else known.count += 1;
    }
    const taken = await takeAll(tx, [...wanted].toSorted(byLock));
    return asked.map((ranges) => ranges.map((range) => taken.get(controlNumberKey(range))?.shift() ?? ''));
  },
);

/** Interchange, then group, then transaction, and by name: two transactions never wait for each other crosswise. */
const byLock = ([a, { range: of }]: [string, Wanted], [b, { range: than }]: [string, Wanted]): number =>
  CONTROL_NUMBER_LEVELS.indexOf(of.level) - CONTROL_NUMBER_LEVELS.indexOf(than.level) || (a < b ? -1 : 1);

async function takeAll(tx: Queryable, wanted: readonly [string, Wanted][]): Promise<ReadonlyMap<string, string[]>> {
  const rules = wanted.map(([, { range }]) => controlNumberRule(range.ours.syntax, range.level));
  const { rows } = await tx.query<{ key: string; last: bigint }>(TAKE_NUMBERS, [
    wanted.map(([key]) => key),
    wanted.map(([, { count }]) => count),
    rules.map(({ numberMax, onExhausted }) => (onExhausted === 'begin-again' ? numberMax : null)),
  ]);
  const lastOf = new Map(rows.map(({ key, last }) => [key, Number(last)]));
  return new Map(
    wanted.map(([key, { range, count }], index) => {
      const before = (lastOf.get(key) ?? 0) - count;
      const numbers = nextControlNumbers(range, before < 0 ? before + (rules[index]?.numberMax ?? 0) : before, count);
      return [key, numbers.map((number) => formatControlNumber(range.ours.syntax, range.level, number))];
    }),
  );
}
