import type { Queryable } from './database.ts';
import { inOneStatement, toldInOneStatement } from './in-one-statement.ts';
import { jsonText } from './json-text.ts';

export interface OpenExpectation {
  readonly id: string;
  readonly subject_id: string;
  readonly outstanding: unknown;
}

/** Expectations that are not met yet, locked in one order; overdue ones can still be met. */
export const expectationsForUpdate: (tx: Queryable, of: ExpectedBy) => Promise<readonly OpenExpectation[]> =
  inOneStatement(async (tx, wanted) => {
    const each = wanted.flatMap(({ subjectIds, ...of }, place) => subjectIds.map((id) => ({ ...of, id, place })));
    const { rows } = await tx.query<OpenExpectation & { place: number }>(
      `select r.place, e.id, e.subject_id, e.outstanding
       from unnest($1::int[], $2::text[], $3::text[], $4::uuid[]) as r (place, kind, subject_kind, subject_id), expectation e
       where e.kind = r.kind and e.subject_kind = r.subject_kind and e.subject_id = r.subject_id and e.state in ('open', 'overdue')
       order by e.id for update of e`,
      [
        each.map(({ place }) => place),
        each.map(({ kind }) => kind),
        each.map(({ subjectKind }) => subjectKind),
        each.map(({ id }) => id),
      ],
    );
    return wanted.map((_, index) => rows.filter(({ place }) => place === index));
  });

export interface ExpectedBy {
  readonly kind: string;
  readonly subjectKind: string;
  readonly subjectIds: readonly string[];
}

export interface ChangedExpectation {
  readonly id: string;
  readonly outstanding: unknown;
  readonly met: boolean;
}

/** What is still owed after a piece came; those with `met` are met now. */
export const updateExpectations = (tx: Queryable, changed: readonly ChangedExpectation[], at: Date): Promise<void> =>
  update(tx, { changed, at });

const update = toldInOneStatement((tx, updates: readonly { changed: readonly ChangedExpectation[]; at: Date }[]) =>
  tx.tell(
    `update expectation e set outstanding = r.outstanding, state = case when r.met then 'met' else e.state end,
       met_at = case when r.met then r.at end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, outstanding jsonb, met boolean, at timestamptz) where e.id = r.id`,
    [jsonText(updates.flatMap(({ changed, at }) => changed.map((one) => ({ ...one, at }))))],
  ),
);

/** What was met is owed again: money that met it was taken back. One past due is called so by the next sweep. */
export async function reopenExpectations(
  tx: Queryable,
  kind: string,
  subjectKind: string,
  subjectIds: readonly string[],
): Promise<void> {
  await tx.tell(
    `update expectation x set state = 'open', met_at = null
     where kind = $1 and subject_kind = $2 and subject_id = any ($3::uuid[]) and state = 'met'
       and not exists (select 1 from expectation y where y.subject_id = x.subject_id and y.kind = x.kind and y.subject_kind = x.subject_kind and y.state in ('open', 'overdue'))`,
    [kind, subjectKind, subjectIds],
  );
}

/** What was expected of a subject is not any more: all of it, or one kind. */
export async function cancelExpectations(
  tx: Queryable,
  subjectKind: string,
  subjectId: string,
  kind: string | null = null,
): Promise<void> {
  await tx.tell(
    `update expectation set state = 'cancelled'
     where subject_kind = $1 and subject_id = $2 and ($3::text is null or kind = $3) and state in ('open', 'overdue')`,
    [subjectKind, subjectId, kind],
  );
}

/** Expectations past due that nobody has called overdue yet, oldest first. */
export async function pastDue(client: Queryable, now: Date, limit: number): Promise<readonly string[]> {
  const { rows } = await client.query<{ id: string }>(
    `select e.id from expectation e where e.state = 'open' and e.due_at < $1
       and not exists (select 1 from work w where w.subject_id = e.id::text and w.kind = 'expire' and w.state <> 'done')
     order by e.due_at limit $2`,
    [now, limit],
  );
  return rows.map(({ id }) => id);
}

/** Calls an expectation overdue, once; undefined when it was met or called so before. */
export async function markOverdue(
  tx: Queryable,
  id: string,
  now: Date,
): Promise<
  | { kind: string; subject_kind: string; subject_id: string; company_id: string; usage: string; due_at: Date }
  | undefined
> {
  const { rows } = await tx.query<{
    kind: string;
    subject_kind: string;
    subject_id: string;
    company_id: string;
    usage: string;
    due_at: Date;
  }>(
    `update expectation set state = 'overdue' where id = $1 and state = 'open' and due_at < $2
     returning kind, subject_kind, subject_id, company_id, usage, due_at`,
    [id, now],
  );
  return rows[0];
}
