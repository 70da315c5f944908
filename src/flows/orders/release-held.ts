import { FailureError } from '../../core/failure.ts';
import type { Tx } from '../../store/database.ts';
import { documentForUpdate, type StoredDocument, setDocumentState } from '../../store/documents/document.ts';
import { orderByNumber } from '../../store/orders/orders.ts';
import { writeRows } from '../../store/write-rows.ts';
import type { FlowContext } from '../context.ts';
import { type Gathered, writeGathered } from '../gathered.ts';
import { processAdvice } from '../process-advice.ts';
import { processClaim } from '../process-claim.ts';
import { processWarehouseShipment } from '../process-warehouse-shipment.ts';
import type { ActedBy } from '../remittances/settling.ts';
import { processOrder } from './process-order.ts';
import { openShelves } from './shelves.ts';

/**
 * What a person may do with a document that is held.
 *
 *   enter      it counts, whatever held it: an order is taken for new, a claim (812) is another one under a known number, an advice (824, APERAK)
 *              means the document of ours that is named, a warehouse's shipment (945) is of the order that is named
 *   replace    an order takes the place of the one it repeats
 *   retry      the rules look at it again: what it refers to has come, or was put right, meanwhile
 *   set-aside  it is left, for ever
 */
export const HELD_ACTS = ['enter', 'replace', 'retry', 'set-aside'] as const;
export type HeldAct = (typeof HELD_ACTS)[number];

/** A person's word on a held document. `means`: the document or order of ours that it is about. */
export interface Release extends ActedBy {
  readonly act: HeldAct;
  readonly means?: string;
}

/**
 * A held document is released, with who and why as an Event. Throws FailureError `not-found`, and `usage-wrong` where a rule still says no or the
 * act is none for its kind; nothing is then changed.
 */
export async function releaseHeld(
  context: FlowContext,
  tx: Tx,
  documentId: string,
  { act, means, actor, reason }: Release,
): Promise<void> {
  const document = await documentForUpdate(tx, documentId);
  if (document === undefined) throw new FailureError('not-found', `There is no document ${documentId}.`);
  if (document.state !== 'held')
    throw new FailureError(
      'usage-wrong',
      `The document ${documentId} is ${document.state}: only a held one is released.`,
    );
  // The buyer is owed an answer to it.
  if (document.kind === 'order-change')
    throw new FailureError('usage-wrong', 'A change of an order is decided: POST /orders/:id/changes.');
  if (act === 'set-aside') await setDocumentState(tx, documentId, 'processed', reason);
  else {
    const gathered = await taken(context, tx, document, act, means);
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
      data: { act, ...(means === undefined ? {} : { means }) },
      objects: [{ kind: 'document', id: documentId, qualifier: 'subject' }],
    },
  ]);
}

async function taken(
  context: FlowContext,
  tx: Tx,
  document: StoredDocument,
  act: Exclude<HeldAct, 'set-aside'>,
  means: string | undefined,
): Promise<Gathered> {
  const isEntered = act === 'enter';
  const wanted = (what: string): string => {
    if (means !== undefined) return means;
    throw new FailureError('usage-wrong', `Say in "means" ${what}.`);
  };
  if (act === 'replace' && document.kind !== 'order')
    throw new FailureError('usage-wrong', `A ${document.kind} takes the place of nothing.`);
  switch (document.kind) {
    case 'order':
      return takenOrder(context, tx, document, act);
    case 'application-advice':
      return processAdvice(context, tx, document, isEntered ? wanted('which document of ours is meant') : undefined);
    case 'debit-credit-advice':
      return processClaim(context, await context.configuration(), tx, document, isEntered);
    case 'warehouse-shipment':
      return processWarehouseShipment(context, tx, document, isEntered ? wanted('which order is meant') : undefined);
    default:
      throw new FailureError('usage-wrong', `A ${document.kind} can only be set aside.`);
  }
}

async function takenOrder(
  context: FlowContext,
  tx: Tx,
  document: Extract<StoredDocument, { kind: 'order' }>,
  act: Exclude<HeldAct, 'set-aside'>,
): Promise<Gathered> {
  const { number, release = '', purpose } = document.body;
  const { company_id: company, partner_id: partner, usage } = document;
  if (act === 'replace' && (await orderByNumber(tx, { company, partner, usage, number, release })) === undefined)
    throw new FailureError('usage-wrong', `There is no order ${number} whose place it could take.`);
  const said = { enter: 'original', replace: 'replace', retry: purpose.code }[act];
  const body = { ...document.body, purpose: { ...purpose, ...(said !== undefined && { code: said }) } };
  const known = await context.configuration();
  return processOrder(context, known, tx, openShelves(tx), { ...document, body });
}

/** What holds a document, or rejects it. */
const REFUSALS: ReadonlySet<string> = new Set([
  'order/duplicate-held',
  'order/duplicate-rejected',
  'advice/unmatched',
  'claim/held',
  'warehouse-shipment/held',
]);

/** Why the rules would hold it again, or reject it. */
function refusalIn({ events }: Gathered): string | null {
  const refused = events.find(({ type }) => REFUSALS.has(type));
  return refused === undefined ? null : (refused.reason ?? 'It would be held again.');
}
