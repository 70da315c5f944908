import { moneyOf } from '../core/money.ts';
import { isPayable } from '../receivables/identity.ts';
import { referenceKey } from '../receivables/reference.ts';
import type { Tx } from '../store/database.ts';
import { type StoredDocument, setDocumentState } from '../store/documents/document.ts';
import { earlierClaim, itemClaimed } from '../store/money/claims.ts';
import type { FlowContext } from './context.ts';
import { type Gathered, gather } from './gathered.ts';
import type { KnownConfiguration } from './known-configuration.ts';

type ClaimDocument = Extract<StoredDocument, { kind: 'debit-credit-advice' }>;

/**
 * A claim (812) opens a dispute of the open item it means, with its reasons; the ledger does not move: the remittance that deducts it says
 * so itself. A number that was claimed before, and an amount that is no money, are a person's. `isAnother`: a person says that the claim is
 * another one, though its number was used before.
 */
export async function processClaim(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  document: ClaimDocument,
  isAnother = false,
): Promise<Gathered> {
  const { clock, newId } = context;
  const gathered = gather();
  const { company_id, partner_id, usage, body } = document;
  const scope = { company: company_id, partner: partner_id, usage };
  const currency = body.currency ?? currencyOf(known, document);
  const why = await whyHeld(tx, scope, document, currency, isAnother);
  if (why !== null) {
    await setDocumentState(tx, document.id, 'held', why);
    gathered.events.push({
      ...eventOf(context, document, 'claim/held'),
      reason: why,
      objects: [{ kind: 'document', id: document.id, qualifier: 'source' }],
    });
    return gathered;
  }
  const reference = body.invoiceNumber ?? body.reference?.value ?? null;
  const claimed = reference === null ? undefined : await itemClaimed(tx, scope, reference, referenceKey(reference));
  const id = newId();
  const reasons = (body.lines ?? []).map(({ reason, direction, number, amount, quantity }) => ({
    code: reason.code ?? null,
    original: reason.original ?? null,
    direction: direction.code ?? null,
    line: number ?? null,
    amount: amount ?? null,
    quantity: quantity?.value ?? null,
  }));
  gathered.rows.claim = [
    {
      id,
      company_id,
      partner_id,
      usage,
      document_id: document.id,
      number: body.number,
      direction: body.direction.code === 'credit' ? 'credit' : 'debit',
      currency,
      amount_minor: moneyOf(body.amount, currency).minor,
      handling: body.handling?.code ?? body.handling?.original ?? null,
      reference,
      invoice_id: claimed?.invoice_id ?? null,
      open_item_id: claimed?.open_item_id ?? null,
      reasons,
      state: 'open',
      at: clock.now(),
    },
  ];
  await setDocumentState(
    tx,
    document.id,
    'processed',
    claimed === undefined ? `No open item of ours is known as ${reference ?? 'nothing'}.` : null,
  );
  gathered.events.push({
    ...eventOf(context, document, 'claim/opened'),
    data: { number: body.number, amount: body.amount, currency, reference, reasons },
    objects: [
      { kind: 'claim', id, qualifier: 'subject' },
      { kind: 'document', id: document.id, qualifier: 'source' },
      ...(claimed === undefined ? [] : [{ kind: 'open-item', id: claimed.open_item_id, qualifier: 'claimed' }]),
      ...(claimed?.invoice_id == null ? [] : [{ kind: 'invoice', id: claimed.invoice_id, qualifier: 'claimed' }]),
      ...(claimed?.order_id == null ? [] : [{ kind: 'order', id: claimed.order_id, qualifier: 'concerned' }]),
    ],
  });
  return gathered;
}

function currencyOf(known: KnownConfiguration, { agreement_id, company_id }: ClaimDocument): string {
  const { currency } = known.agreement(agreement_id).values;
  return typeof currency === 'string' ? currency : known.company(company_id).currency;
}

async function whyHeld(
  tx: Tx,
  scope: Parameters<typeof earlierClaim>[1],
  { body }: ClaimDocument,
  currency: string,
  isAnother: boolean,
): Promise<string | null> {
  if (body.direction.code === undefined)
    return `Claim ${body.number} does not say which way the money goes: ${body.direction.original ?? ''}.`;
  if (body.amount.startsWith('-') || !isPayable(body.amount, currency))
    return `Claim ${body.number} is over ${body.amount} ${currency}, which is no amount of money.`;
  const isKnown = (await earlierClaim(tx, scope, body.number)) !== undefined;
  return isAnother || !isKnown ? null : `A claim ${body.number} was made before.`;
}

const eventOf = ({ clock }: FlowContext, document: ClaimDocument, type: string) => ({
  at: clock.now(),
  type,
  actor: `partner:${document.partner_id}`,
  company: document.company_id,
  usage: document.usage,
});
