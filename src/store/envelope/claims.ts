import { FailureError } from '../../core/failure.ts';
import type { Usage } from '../../core/usage.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement } from '../in-one-statement.ts';
import { jsonText } from '../json-text.ts';

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

const KEY = 'company_id, usage, syntax, level, theirs, ours, control_number';

/**
 * Claims inbound control numbers; gives those that were used before, with the interchange that used them ('' when it was entered in this
 * very moment). Claims are taken in one order, so that two files which share numbers cannot lock each other out.
 */
export async function claimControlNumbers(
  tx: Queryable,
  claims: readonly NumberClaim[],
): Promise<ReadonlyMap<NumberClaim, string>> {
  return claims.length === 0 ? new Map() : claimAll(tx, claims);
}

const claimAll = inOneStatement(async (tx: Queryable, lists: readonly (readonly NumberClaim[])[]) => {
  if (shareNumbers(lists)) throw new FailureError('database-busy', 'Two files with one control number came at once.');
  const used = await usedAmong(tx, lists.flat());
  return lists.map((list) => new Map([...used].filter(([claim]) => list.includes(claim))));
});

/** Whether the second is refused depends on what becomes of the first: they cannot go together. */
function shareNumbers(lists: readonly (readonly NumberClaim[])[]): boolean {
  if (lists.length === 1) return false;
  const seen = new Set<string>();
  return lists.some((list) => {
    const keys = list.map(({ interchange_id: _, ...key }) => JSON.stringify(Object.entries(key).toSorted()));
    if (keys.some((key) => seen.has(key))) return true;
    for (const key of keys) seen.add(key);
    return false;
  });
}

async function usedAmong(tx: Queryable, claims: readonly NumberClaim[]): Promise<ReadonlyMap<NumberClaim, string>> {
  const { rows } = await tx.query<{ place: number; interchange_id: string }>(
    `with wanted as (
       select * from jsonb_to_recordset($1::jsonb) as r (place int, company_id text, usage text, syntax text, level text, theirs text, ours text,
         control_number text, interchange_id uuid)),
     mine as (
       insert into control_number_claim (${KEY}, interchange_id)
       select distinct on (${KEY}) ${KEY}, interchange_id from wanted order by ${KEY}
       on conflict do nothing returning ${KEY})
     select w.place, coalesce(c.interchange_id::text, '') as interchange_id
     from wanted w left join mine m using (${KEY}) left join control_number_claim c using (${KEY})
     where m.control_number is null and c.interchange_id is distinct from w.interchange_id`,
    [jsonText(claims.map((claim, place) => ({ place, ...claim })))],
  );
  const used = new Map<NumberClaim, string>();
  for (const { place, interchange_id } of rows) {
    const claim = claims[place];
    if (claim !== undefined) used.set(claim, interchange_id);
  }
  return used;
}

/** Gives claims back: nothing of what they were taken for was entered. */
export async function releaseControlNumbers(tx: Queryable, claims: readonly NumberClaim[]): Promise<void> {
  await tx.tell(
    `delete from control_number_claim c using jsonb_to_recordset($1::jsonb) as r (company_id text, usage text, syntax text, level text, theirs text,
       ours text, control_number text, interchange_id uuid)
     where (c.company_id, c.usage, c.syntax, c.level, c.theirs, c.ours, c.control_number, c.interchange_id)
         = (r.company_id, r.usage, r.syntax, r.level, r.theirs, r.ours, r.control_number, r.interchange_id)`,
    [jsonText(claims)],
  );
}
