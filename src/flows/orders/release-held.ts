import { FailureError } from '../../core/failure.ts';
import type { Tx } from '../../store/database.ts';
import { documentForUpdate, setDocumentState } from '../../store/documents/document.ts';
import { orderByNumber } from '../../store/orders/orders.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { type Gathered, writeGathered } from '../gathered.ts';
import type { ActedBy } from '../remittances/settling.ts';
import { processOrder } from './process-order.ts';
import { openShelves } from './shelves.ts';

/** What a person may do with an order that is held beside the one it repeats: take it for new, let it take the other's place, or leave it. */
export const HELD_ACTS = ['enter', 'replace', 'set-aside'] as const;
export type HeldAct = (typeof HELD_ACTS)[number];

/** A held document is released, with who and why as an Event. Throws FailureError `usage-wrong` where a rule says no; nothing is then changed. */
export async function releaseHeld(
  context: FlowContext,
  tx: Tx,
  documentId: string,
  act: HeldAct,
  { actor, reason }: ActedBy,
): Promise<void> {
  const document = await documentForUpdate(tx, documentId);
  if (document === undefined) throw new FailureError('not-found', `There is no document ${documentId}.`);
  if (document.state !== 'held')
    throw new FailureError(
      'usage-wrong',
      `The document ${documentId} is ${document.state}: only a held one is released.`,
    );
  if (act === 'set-aside') await setDocumentState(tx, documentId, 'processed', reason);
  else {
    if (document.kind !== 'order') throw new FailureError('usage-wrong', `A ${document.kind} can only be set aside.`);
    const { number, release = '', purpose } = document.body;
    const { company_id: company, partner_id: partner, usage } = document;
    if (act === 'replace' && (await orderByNumber(tx, { company, partner, usage, number, release })) === undefined)
      throw new FailureError('usage-wrong', `There is no order ${number} whose place it could take.`);
    const body = { ...document.body, purpose: { ...purpose, code: act === 'enter' ? 'original' : 'replace' } };
    const known = await context.configuration();
    const gathered = await processOrder(context, known, tx, openShelves(tx), { ...document, body });
    const refusal = refusalIn(gathered);
    if (refusal !== null) throw new FailureError('usage-wrong', refusal);
    await writeGathered(tx, gathered);
  }
  await writeRows(tx, {}, [
    {
      at: context.clock.now(),
      type: 'document/released',
      actor,
      reason,
      company: document.company_id,
      usage: document.usage,
      data: { act },
      objects: [{ kind: 'document', id: documentId, qualifier: 'subject' }],
    },
  ]);
}

/** Why the rules would hold it again, or reject it. */
function refusalIn({ events }: Gathered): string | null {
  const refused = events.find(({ type }) => type === 'order/duplicate-held' || type === 'order/duplicate-rejected');
  return refused === undefined ? null : (refused.reason ?? 'It would be held again.');
}
