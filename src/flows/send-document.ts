import { FailureError } from '../core/failure.ts';
import type { Document, DocumentKind } from '../documents/index.ts';
import { validateDocument } from '../documents/validate.ts';
import { finding, refused } from '../orders/finding.ts';
import type { Agreement } from '../partners/configuration.ts';
import type { Tx } from '../store/database.ts';
import type { FlowContext } from './context.ts';
import { numberOf } from './document-number.ts';
import { gather, writeGathered } from './gathered.ts';
import { type ActResult, unwritable } from './orders/act.ts';

/** What may be sent as it is given: nothing in the gateway makes it, and nothing of the business moves by it. */
const SENDABLE: ReadonlySet<DocumentKind> = new Set([
  'inventory-advice',
  'price-catalogue',
  'text-message',
  'order-status',
]);

/**
 * A document of a back office's own goes out under an agreement to send it (832, 846, 864, 870). Refused with every reason: one that is no
 * document of its kind, and one the map cannot write. Throws FailureError `not-found` for an agreement there is none of, `usage-wrong` for one
 * whose documents follow from orders.
 */
export async function sendDocument(
  context: FlowContext,
  tx: Tx,
  agreementId: string,
  body: unknown,
  actor: string,
): Promise<ActResult<{ readonly id: string }>> {
  const known = await context.configuration();
  const agreement = known.agreements.find(({ id }) => id === agreementId);
  if (agreement === undefined) throw new FailureError('not-found', `There is no agreement ${agreementId}.`);
  mustBeSendable(agreement);
  const check = validateDocument(agreement.document, body);
  if (!check.valid)
    return refused(
      ...check.faults.map(({ path, message }) =>
        finding('document/invalid', path, `${path || 'The document'} ${message}.`),
      ),
    );
  const document: Document = check.document;
  const at = context.clock.now();
  const id = context.newId();
  const number = numberOf(agreement.document, document);
  const gathered = gather();
  gathered.rows.document = [
    {
      id,
      kind: agreement.document,
      direction: 'out',
      company_id: agreement.company,
      partner_id: agreement.partner,
      usage: agreement.usage,
      agreement_id: agreement.id,
      transaction_id: null,
      number,
      map_name: null,
      map_hash: null,
      body: document,
      trace: null,
      unmapped: null,
      unwritten: null,
      state: 'entered',
      state_reason: null,
      waits_for: null,
      deadline: null,
      order_key: null,
      order_id: null,
      at,
    },
  ];
  const findings = await unwritable(context, known, gathered);
  if (findings.length > 0) return { ok: false, findings };
  gathered.work.push({ kind: 'compose', subjectId: id, fairnessKey: agreement.channel ?? agreement.partner });
  gathered.events.push({
    at,
    type: `${agreement.document}/posted`,
    actor,
    company: agreement.company,
    usage: agreement.usage,
    data: { number, agreement: agreement.id },
    objects: [{ kind: 'document', id, qualifier: 'subject' }],
  });
  await writeGathered(tx, gathered);
  return { ok: true, value: { id } };
}

function mustBeSendable({ id, direction, document }: Agreement): void {
  if (direction === 'in') throw new FailureError('usage-wrong', `${id} is an agreement to receive.`);
  if (!SENDABLE.has(document))
    throw new FailureError('usage-wrong', `A ${document} follows from an order; it is not sent by itself.`);
}
