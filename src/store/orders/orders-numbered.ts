import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

/** Orders of any partner that bear one of these numbers: those of the first number that is known at all. */
export async function ordersNumbered(
  client: Queryable,
  company: string,
  usage: Usage,
  numbers: readonly string[],
): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string; number: string }>(
    'select id, number from purchase_order where company_id = $1 and usage = $2 and number = any ($3) order by id',
    [company, usage, numbers],
  );
  const first = numbers.find((number) => rows.some((row) => row.number === number));
  return rows.filter(({ number }) => number === first).map(({ id }) => id);
}
