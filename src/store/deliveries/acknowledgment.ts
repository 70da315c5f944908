import type { Problem, Verdict } from '../../core/problem.ts';
import type { GroupHeader, InterchangeHeader } from '../../parsers/transaction.ts';
import type { Queryable } from '../database.ts';
import { inOneStatement } from '../in-one-statement.ts';
import type { AcknowledgmentRow } from '../rows/documents.ts';

export type StoredAcknowledgment = AcknowledgmentRow;

/** One acknowledgment, ours or theirs, locked. */
export const acknowledgmentForUpdate: (tx: Queryable, id: string) => Promise<StoredAcknowledgment | undefined> =
  inOneStatement(async (tx, ids) => {
    const { rows } = await tx.query<StoredAcknowledgment & Record<string, unknown>>(
      'select * from acknowledgment where id = any ($1::uuid[]) order by id for update',
      [ids],
    );
    const found = new Map(rows.map((row) => [row.id, row]));
    return ids.map((id) => found.get(id));
  });

export async function setAcknowledgmentState(
  tx: Queryable,
  id: string,
  state: AcknowledgmentRow['state'],
  waiting: { for: string; until: Date } | null = null,
): Promise<void> {
  await tx.tell('update acknowledgment set state = $2, waits_for = $3, deadline = $4 where id = $1', [
    id,
    state,
    waiting?.for ?? null,
    waiting?.until ?? null,
  ]);
}

/** Acknowledgments of ours were written. */
export async function setAcknowledgmentsComposed(tx: Queryable, ids: readonly string[]): Promise<void> {
  if (ids.length > 0) await tx.tell(`update acknowledgment set state = 'composed' where id = any ($1::uuid[])`, [ids]);
}

export interface AnsweredInterchange {
  readonly raw_file_id: string;
  readonly header: InterchangeHeader;
  readonly verdict: Verdict | null;
  readonly problems: readonly Problem[];
}

/** The interchange a TA1 or CONTRL is about: its header, and its own problems in wire order. */
export async function answeredInterchange(client: Queryable, id: string): Promise<AnsweredInterchange | undefined> {
  const { rows } = await client.query<AnsweredInterchange & Record<string, unknown>>(
    `select i.raw_file_id, i.header, i.verdict, coalesce((select jsonb_agg(p.body order by p.id) from problem p where p.interchange_id = i.id and p.group_id is null), '[]') as problems
     from interchange i where i.id = $1`,
    [id],
  );
  return rows[0] === undefined ? undefined : { ...rows[0], problems: rows[0].problems.map(nested) };
}

export interface AnsweredGroup {
  readonly header: GroupHeader;
  /** Of the interchange it stood in: the answer goes the other way. */
  readonly interchange: InterchangeHeader;
  readonly claimed: number | null;
  readonly counted: number;
  readonly accepted: number;
  readonly with_errors: number;
  readonly problems: readonly Problem[];
}

/** The group a 997 is about: its header, its counts, and its own problems. */
export const answeredGroup: (client: Queryable, id: string) => Promise<AnsweredGroup | undefined> = inOneStatement(
  async (client, ids) => {
    const { rows } = await client.query<AnsweredGroup & { id: string }>(
      `select g.id, g.header, i.header as interchange, g.claimed, g.counted, g.accepted, g.with_errors,
         coalesce((select jsonb_agg(p.body order by p.id) from problem p where p.group_id = g.id and p.transaction_id is null), '[]') as problems
       from functional_group g join interchange i on i.id = g.interchange_id where g.id = any ($1::uuid[])`,
      [ids],
    );
    const found = new Map(rows.map(({ id, ...group }) => [id, { ...group, problems: group.problems.map(nested) }]));
    return ids.map((id) => found.get(id));
  },
);

export interface AnsweredMessageGroup extends Omit<AnsweredGroup, 'interchange'> {
  readonly id: string;
  readonly ordinal: number;
  readonly verdict: Verdict | null;
}

/** An interchange's groups in wire order, a page after the given ordinal: those of a UNG, or what stands in for a group around bare messages. */
export async function answeredGroups(
  client: Queryable,
  interchangeId: string,
  numbered: boolean,
  afterOrdinal: number,
  limit: number,
): Promise<readonly AnsweredMessageGroup[]> {
  const { rows } = await client.query<AnsweredMessageGroup & Record<string, unknown>>(
    `select g.id, g.ordinal, g.verdict, g.header, g.claimed, g.counted, g.accepted, g.with_errors,
       coalesce((select jsonb_agg(p.body order by p.id) from problem p where p.group_id = g.id and p.transaction_id is null), '[]') as problems
     from functional_group g where g.interchange_id = $1 and g.ordinal > $2 and (g.control_number is not null) = $4 order by g.ordinal limit $3`,
    [interchangeId, afterOrdinal, limit, numbered],
  );
  return rows.map((row) => ({ ...row, problems: row.problems.map(nested) }));
}

/** The first thousand of a transaction's errors: of one with more nobody reads the rest, and a page of them must fit in memory. */
const problemsToldMax = 1_000;

export interface AnsweredTransaction {
  readonly ordinal: number;
  readonly message: string;
  readonly version: string;
  readonly association: string | null;
  readonly reference: string | null;
  readonly control_number: string;
  readonly verdict: Verdict;
  /** Errors only: warnings are ours to know, not the partner's to mend. No acknowledgment has room for more than these. */
  readonly problems: readonly Problem[];
}

/** Which of a group's transactions an answer tells of. */
export type Told = 'all' | 'with-errors' | 'rejected';

/** A group's transactions in wire order, a page after the given ordinal: a group may hold 999,999. Acknowledgments of EDIFACT are never told. */
export const answeredTransactions = (
  client: Queryable,
  groupId: string,
  afterOrdinal: number,
  limit: number,
  told: Told,
): Promise<readonly AnsweredTransaction[]> => pageOf(client, { groupId, afterOrdinal, limit, told });

interface PageWanted {
  readonly groupId: string;
  readonly afterOrdinal: number;
  readonly limit: number;
  readonly told: Told;
}

const PAGES = `
  select w.place, f.* from unnest($1::uuid[], $2::int[], $3::int[], $4::text[])
    with ordinality as w (group_id, after_ordinal, page_size, told, place)
  cross join lateral (
    select t.ordinal, t.message, t.version, t.association, t.reference, t.control_number, t.verdict, coalesce(p.problems, '[]') as problems
    from transaction t left join lateral (
      select jsonb_agg(body order by id) as problems from (
        select id, body from problem where transaction_id = t.id and body ->> 'severity' = 'error' order by id limit ${problemsToldMax}) e) p on true
    where t.group_id = w.group_id and t.ordinal > w.after_ordinal and t.message <> 'CONTRL'
      and (w.told = 'all' or t.verdict = 'rejected' or (w.told = 'with-errors' and t.verdict <> 'accepted'))
    order by t.ordinal limit w.page_size) f
  order by w.place, f.ordinal`;

const pageOf = inOneStatement(async (client: Queryable, wanted: readonly PageWanted[]) => {
  const { rows } = await client.query<AnsweredTransaction & { place: bigint }>(PAGES, [
    wanted.map(({ groupId }) => groupId),
    wanted.map(({ afterOrdinal }) => afterOrdinal),
    wanted.map(({ limit }) => limit),
    wanted.map(({ told }) => told),
  ]);
  const pages: AnsweredTransaction[][] = wanted.map(() => []);
  for (const { place, ...row } of rows) pages[Number(place) - 1]?.push({ ...row, problems: row.problems.map(nested) });
  return pages;
});

type FlatProblem = Omit<Problem, 'at'> & Problem['at'];

/** Problems are stored in the flat form that is published; the parsers think in positions. */
function nested(stored: Problem): Problem {
  const { code, severity, message, source, found, expected, tolerated, ...at } = stored as Problem & FlatProblem;
  return { code, severity, message, source, found, expected, at, ...(tolerated === undefined ? {} : { tolerated }) };
}
