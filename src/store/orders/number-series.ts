import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

/** Takes `count` numbers of a series of ours (invoices, SSCC serials); gives the first. Committed or given back with the transaction. */
export async function takeNumbers(
  tx: Queryable,
  companyId: string,
  usage: Usage,
  series: string,
  count = 1,
): Promise<bigint> {
  const { rows } = await tx.query<{ last: bigint }>(
    `insert into number_series (company_id, usage, series, last) values ($1, $2, $3, $4)
     on conflict (company_id, usage, series) do update set last = number_series.last + $4 returning last`,
    [companyId, usage, series, count],
  );
  const last = rows[0]?.last ?? 0n;
  return BigInt(last) - BigInt(count) + 1n;
}
