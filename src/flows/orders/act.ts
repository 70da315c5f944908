import { FailureError } from '../../core/failure.ts';
import type { Document } from '../../documents/index.ts';
import { type Finding, finding } from '../../orders/finding.ts';
import type { Tx } from '../../store/database.ts';
import { type OrderRecord, orderForUpdate } from '../../store/orders/orders.ts';
import { refusable } from '../../store/refusable.ts';
import type { FlowContext } from '../context.ts';
import { type Gathered, gather, writeGathered } from '../gathered.ts';
import type { KnownConfiguration } from '../known-configuration.ts';
import { withWriteExpressions } from '../map-expressions.ts';

/** What came of an act a person or a back office asked for: done, with what it made, or refused with every reason. */
export type ActResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly findings: readonly Finding[] };

export interface Acting {
  readonly context: FlowContext;
  readonly known: KnownConfiguration;
  readonly tx: Tx;
  readonly record: OrderRecord;
  readonly gathered: Gathered;
  readonly actor: string;
}

/**
 * Runs one act on one order: its row is locked, what the act gathers is written with it, and a refusal writes nothing.
 * `inTx` is handed in by the caller, who may keep the answer under an idempotency key in the same transaction.
 */
export async function actOnOrder<T>(
  context: FlowContext,
  tx: Tx,
  orderId: string,
  actor: string,
  act: (acting: Acting) => Promise<ActResult<T>>,
): Promise<ActResult<T>> {
  const known = await context.configuration();
  const record = await orderForUpdate(tx, orderId);
  if (record === undefined) throw new FailureError('not-found', `There is no order ${orderId}.`);
  const gathered = gather();
  const result = await refusable(tx, async () => {
    const done = await act({ context, known, tx, record, gathered, actor });
    const findings = done.ok ? await unwritable(context, known, gathered) : [];
    return findings.length === 0 ? done : { ok: false as const, findings };
  });
  if (!result.ok) return result;
  await writeGathered(tx, gathered);
  return result;
}

/** What an act would send that its map cannot write: whoever acts is told now, not an operator when the work is parked. */
export async function unwritable(
  context: FlowContext,
  known: KnownConfiguration,
  { rows }: Gathered,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { kind, number, agreement_id, state, body } of rows.document ?? []) {
    if (state !== 'entered') continue;
    const agreement = known.agreement(agreement_id);
    const map = known.rulesOf(agreement.partner, context.maps).maps.map(agreement.map);
    const evaluated = await withWriteExpressions(context, map, body as Document);
    const { problems } = map.write(evaluated.document, agreement.values);
    for (const { severity, message, found, expected } of [...evaluated.problems, ...problems]) {
      if (severity !== 'error') continue;
      const sentence = `The ${kind} ${number} cannot be written: ${message}`;
      findings.push(finding('document/unwritable', '', sentence, { found, expected }));
    }
  }
  return findings;
}
