import type { InterchangeHeader } from '../../parsers/transaction.ts';
import type { Queryable } from '../database.ts';
import type { GroupRow, InterchangeRow } from '../rows/envelope.ts';

/** A group as its rows tell it: `broken` when a problem of severity error is its own, `flawed` when such a one is tolerated. */
export interface StoredGroup
  extends Pick<
    GroupRow,
    'id' | 'functional_id' | 'control_number' | 'header' | 'counted' | 'accepted' | 'with_errors'
  > {
  readonly broken: boolean;
  readonly flawed: boolean;
  /** Nothing stands in it but acknowledgments. */
  readonly acknowledges: boolean;
}

export interface InterchangeToClose
  extends Omit<InterchangeRow, 'direction' | 'header' | 'byte_offset' | 'byte_length' | 'closed_at'> {
  readonly header: InterchangeHeader;
  readonly byte_offset: bigint;
  readonly transmission_id: string;
  readonly sha256: Buffer;
  readonly broken: boolean;
  readonly flawed: boolean;
  /** A TA1 stands in it. */
  readonly holds_ta1: boolean;
}

const REJECTS = `p.body ->> 'severity' = 'error' and not p.body ? 'tolerated'`;
const TOLERATED = `p.body ->> 'severity' = 'error' and p.body ? 'tolerated'`;

/** An interchange that was read to its end, locked: of two closers one waits, and then finds it closed. */
export async function interchangeToClose(tx: Queryable, id: string): Promise<InterchangeToClose | undefined> {
  const { rows } = await tx.query<InterchangeToClose & Record<string, unknown>>(
    `select i.*, f.transmission_id, f.sha256,
       exists (select 1 from problem p where p.interchange_id = i.id and p.group_id is null and ${REJECTS}) as broken,
       exists (select 1 from problem p where p.interchange_id = i.id and p.group_id is null and ${TOLERATED}) as flawed,
       exists (select 1 from acknowledgment a where a.interchange_id = i.id and a.direction = 'in' and a.kind = 'TA1') as holds_ta1
     from interchange i join raw_file f on f.id = i.raw_file_id where i.id = $1 for update of i`,
    [id],
  );
  return rows[0];
}

/** Its groups in order, with what was counted in them. */
export async function groupsToClose(tx: Queryable, interchangeId: string): Promise<readonly StoredGroup[]> {
  const { rows } = await tx.query<StoredGroup & Record<string, unknown>>(
    `select g.id, g.functional_id, g.control_number, g.header, g.counted, g.accepted, g.with_errors,
       exists (select 1 from problem p where p.group_id = g.id and p.transaction_id is null and ${REJECTS}) as broken,
       exists (select 1 from problem p where p.group_id = g.id and p.transaction_id is null and ${TOLERATED}) as flawed,
       not exists (select 1 from transaction t where t.group_id = g.id and t.message not in ('997', '999', 'CONTRL')) as acknowledges
     from functional_group g where g.interchange_id = $1 order by g.ordinal`,
    [interchangeId],
  );
  return rows;
}
