import type { Queryable } from './database.ts';
import { jsonText } from './json-text.ts';

export interface OpenExpectation {
  readonly id: string;
  readonly subject_id: string;
  readonly outstanding: unknown;
}

/** Expectations that are not met yet, locked in one order; overdue ones can still be met. */
export async function expectationsForUpdate(
  tx: Queryable,
  kind: string,
  subjectKind: string,
  subjectIds: readonly string[],
): Promise<readonly OpenExpectation[]> {
  const { rows } = await tx.query<OpenExpectation & Record<string, unknown>>(
    `select id, subject_id, outstanding from expectation
     where kind = $1 and subject_kind = $2 and subject_id = any ($3::uuid[]) and state in ('open', 'overdue') order by id for update`,
    [kind, subjectKind, subjectIds],
  );
  return rows;
}

/** What is still owed after a piece came; those with `met` are met now. */
export async function updateExpectations(
  tx: Queryable,
  changed: readonly { readonly id: string; readonly outstanding: unknown; readonly met: boolean }[],
  at: Date,
): Promise<void> {
  await tx.tell(
    `update expectation e set outstanding = r.outstanding, state = case when r.met then 'met' else e.state end,
       met_at = case when r.met then $2::timestamptz end
     from jsonb_to_recordset($1::jsonb) as r (id uuid, outstanding jsonb, met boolean) where e.id = r.id`,
    [jsonText(changed), at],
  );
}

/** What was expected of a subject is not any more. */
export async function cancelExpectations(tx: Queryable, subjectKind: string, subjectId: string): Promise<void> {
  await tx.tell(
    `update expectation set state = 'cancelled' where subject_kind = $1 and subject_id = $2 and state in ('open', 'overdue')`,
    [subjectKind, subjectId],
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
