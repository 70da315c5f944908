import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';

/** One number a sender used on one level, between two identities. */
export interface NumberClaim {
  company_id: string;
  usage: Usage;
  syntax: string;
  level: 'interchange' | 'group';
  theirs: string;
  ours: string;
  control_number: string;
  interchange_id: string;
}

/**
 * Claims inbound control numbers; gives those that were used before, with the interchange that used them. Claims are taken in one order,
 * so that two files which share numbers cannot lock each other out.
 */
export async function claimControlNumbers(
  tx: Queryable,
  claims: readonly NumberClaim[],
): Promise<ReadonlyMap<NumberClaim, string>> {
  const used = new Map<NumberClaim, string>();
  const text = ({ level, theirs, control_number }: NumberClaim) => `${level} ${theirs} ${control_number}`;
  for (const claim of claims.toSorted((a, b) => (text(a) < text(b) ? -1 : 1))) {
    const { rows } = await tx.query<{ interchange_id: string; claimed: boolean }>(
      `with mine as (
         insert into control_number_claim (company_id, usage, syntax, level, theirs, ours, control_number, interchange_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning interchange_id)
       select interchange_id, true as claimed from mine
       union all
       select interchange_id, false from control_number_claim
       where company_id = $1 and usage = $2 and syntax = $3 and level = $4 and theirs = $5 and ours = $6 and control_number = $7
       limit 1`,
      [
        claim.company_id,
        claim.usage,
        claim.syntax,
        claim.level,
        claim.theirs,
        claim.ours,
        claim.control_number,
        claim.interchange_id,
      ],
    );
    const row = rows[0];
    if (row === undefined || (!row.claimed && row.interchange_id !== claim.interchange_id))
      used.set(claim, row?.interchange_id ?? '');
  }
  return used;
}
