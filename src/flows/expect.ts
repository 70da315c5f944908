import { endOfDay, type LocalDate } from '../core/local-date.ts';
import {
  type ExpectationKind,
  type ExpectationOf,
  isMet,
  meet,
  type Outstanding,
  type Piece,
} from '../orders/expectations.ts';
import type { Tx } from '../store/database.ts';
import { expectationsForUpdate, updateExpectations } from '../store/expectations.ts';
import type { ExpectationRow } from '../store/rows/documents.ts';

export interface ExpectedOf {
  readonly subjectKind: 'order' | 'shipment' | 'invoice' | 'interchange' | 'delivery';
  readonly subjectId: string;
  readonly company: string;
  readonly partner: string;
  readonly usage: 'test' | 'production';
  readonly zone: string;
}

/** The rows of what a fact makes us owe or be owed. */
export function expectationRows(
  expected: readonly ExpectationOf[],
  { subjectKind, subjectId, company, partner, usage, zone }: ExpectedOf,
  newId: () => string,
  at: Date,
): ExpectationRow[] {
  const dueAt = (due: ExpectationOf['due']): Date | null =>
    due === null
      ? null
      : 'afterMinutes' in due
        ? new Date(at.getTime() + due.afterMinutes * 60_000)
        : dayOver(due.on, zone);
  return expected.map(({ kind, due, outstanding }) => ({
    id: newId(),
    company_id: company,
    partner_id: partner,
    usage,
    kind,
    subject_kind: subjectKind,
    subject_id: subjectId,
    outstanding,
    due_at: dueAt(due),
    state: 'open',
    at,
    met_at: null,
  }));
}

const dayOver = (on: LocalDate, zone: string): Date => endOfDay(on, zone);

/** A piece of what was owed for one subject came. Says whether that met the expectation; nothing happens when none is open. */
export async function meetExpectation(
  tx: Tx,
  kind: ExpectationKind,
  subjectKind: ExpectedOf['subjectKind'],
  subjectId: string,
  piece: Piece,
  at: Date,
): Promise<boolean> {
  return (await meetExpectations(tx, kind, subjectKind, new Map([[subjectId, [piece]]]), at)).has(subjectId);
}

/** Pieces of what was owed came, by subject. Gives the subjects whose expectation that met. */
export async function meetExpectations(
  tx: Tx,
  kind: ExpectationKind,
  subjectKind: ExpectedOf['subjectKind'],
  pieces: ReadonlyMap<string, readonly Piece[]>,
  at: Date,
): Promise<ReadonlySet<string>> {
  if (pieces.size === 0) return new Set();
  const open = await expectationsForUpdate(tx, { kind, subjectKind, subjectIds: [...pieces.keys()] });
  const changed = open.map(({ id, subject_id, outstanding }) => {
    const owed: ExpectationOf = { kind, due: null, outstanding: outstandingOf(outstanding) };
    const after = (pieces.get(subject_id) ?? []).reduce((left, piece) => meet(left, piece).expectation, owed);
    return { id, subject_id, outstanding: after.outstanding, met: isMet(after) };
  });
  if (changed.length > 0) await updateExpectations(tx, changed, at);
  return new Set(changed.filter(({ met }) => met).map(({ subject_id }) => subject_id));
}

/** As stored: money's bigint came back as text. */
function outstandingOf(stored: unknown): Outstanding {
  const outstanding = stored as Outstanding;
  return outstanding.by === 'money' ? { ...outstanding, minor: BigInt(outstanding.minor) } : outstanding;
}
