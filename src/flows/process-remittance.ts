import { localDateOf } from '../core/local-date.ts';
import { amountOf } from '../core/money.ts';
import type { Piece } from '../orders/expectations.ts';
import { adviceKey, defaultMatchPolicy, matchRemittance, type RemittanceMatch } from '../receivables/match.ts';
import { wantedReferences } from '../receivables/reference.ts';
import type { Tx } from '../store/database.ts';
import { letWait, type StoredDocument, setDocumentState } from '../store/documents/document.ts';
import { claimedItems, itemsForUpdate, type LedgerItem, lowerItems } from '../store/money/open-items.ts';
import { earlierAdvice, remittanceOfDocument, replaceWaiting } from '../store/money/remittances.ts';
import type { RemittanceRow } from '../store/rows/business.ts';
import { hasPendingWork } from '../store/work/pending-work.ts';
import type { FlowContext } from './context.ts';
import { meetExpectations } from './expect.ts';
import { type Gathered, gather } from './gathered.ts';
import type { KnownConfiguration } from './known-configuration.ts';
import { nextLookAt, remittanceWaitMs, waitsForInvoice } from './waiting.ts';

type RemittanceDocument = Extract<StoredDocument, { kind: 'remittance' }>;

/**
 * Money was announced: what is sure is applied, the rest is shown with its reason. A remittance that names an invoice not yet made waits for it
 * as a whole, with a deadline; then what is sure is applied and the rest is a person's.
 */
export async function processRemittance(
  context: FlowContext,
  known: KnownConfiguration,
  tx: Tx,
  document: RemittanceDocument,
): Promise<Gathered> {
  const { clock, newId } = context;
  const at = clock.now();
  const { company_id, partner_id, usage, body: remittance } = document;
  const company = known.company(company_id);
  const scope = { company: company_id, usage };
  const items = await itemsForUpdate(tx, scope, wantedReferences(remittance));
  const waiting = await remittanceOfDocument(tx, document.id);
  const key = adviceKey(remittance, partner_id);
  const match = matchRemittance(
    remittance,
    items,
    {
      ...scope,
      payers: [partner_id],
      currency: company.currency,
      valueOn: localDateOf(at, company.zone),
      duplicateOf: key === null ? null : await earlierAdvice(tx, scope, key, waiting ?? null),
      claimed: await claimedItems(
        tx,
        items.map(({ id }) => id),
        waiting ?? null,
      ),
    },
    policyOf(known, document),
  );
  const waits = match.state === 'waits' && at.getTime() < document.at.getTime() + remittanceWaitMs;
  const id = waiting ?? newId();
  const applications = waits ? [] : match.applications;
  const row: RemittanceRow = {
    id,
    company_id,
    partner_id,
    usage,
    document_id: document.id,
    advice_key: key,
    trace: remittance.payment.trace ?? '',
    currency: match.currency,
    amount_minor: match.total ?? 0n,
    applied_minor: applications.reduce((sum, { money }) => sum + money, 0n),
    state: stateOf(match, waits),
    balance: match.balance.kind === 'balanced' ? match.balance.identity : match.balance.kind,
    body: { reasons: match.reasons, remainder: match.remainder, waitsFor: match.waitsFor },
    at,
  };
  const gathered = gather();
  if (waiting === undefined) gathered.rows.remittance = [row];
  else if (!(await replaceWaiting(tx, row))) return gathered; // decided meanwhile
  gathered.rows.remittance_line = match.lines.map(
    ({ path, reference, openItem, outcome, reason, message, money }, index) => ({
      remittance_id: id,
      ordinal: index + 1,
      path,
      reference,
      open_item_id: openItem,
      outcome: waits && outcome === 'applied' ? 'waits' : outcome,
      reason,
      message,
      money_minor: money,
    }),
  );
  const settled = await apply(context, tx, row, applications, items, gathered);
  gathered.events.push({
    at,
    type: `remittance/${row.state}`,
    actor: `partner:${partner_id}`,
    company: company_id,
    usage,
    data: {
      trace: row.trace,
      amount:
        match.total === null ? remittance.payment.amount : amountOf({ minor: match.total, currency: match.currency }),
      currency: match.currency,
      reasons: match.reasons.map(({ code }) => code),
    },
    objects: [
      { kind: 'remittance', id, qualifier: 'subject' },
      { kind: 'document', id: document.id, qualifier: 'source' },
      ...settled.map((invoiceId) => ({ kind: 'invoice', id: invoiceId, qualifier: 'paid' })),
    ],
  });
  if (waits) {
    const deadline = new Date(document.at.getTime() + remittanceWaitMs);
    await letWait(tx, document.id, match.waitsFor.map(waitsForInvoice), deadline);
    const notBefore = nextLookAt(at, deadline, waiting === undefined);
    if (!(await hasPendingWork(tx, 'process', document.id)))
      gathered.work.push({ kind: 'process', subjectId: document.id, fairnessKey: partner_id, notBefore });
  } else {
    await setDocumentState(tx, document.id, 'processed', row.state);
  }
  return gathered;
}

const stateOf = (match: RemittanceMatch, waits: boolean): RemittanceRow['state'] => {
  if (waits) return 'waiting';
  if (match.state === 'applied') return 'applied';
  return match.applications.length > 0 ? 'partly-applied' : 'review';
};

function policyOf(known: KnownConfiguration, document: RemittanceDocument) {
  const { values } = known.agreement(document.agreement_id);
  const sign = values.adxSign === 'positive-reduces' ? 'positive-reduces' : defaultMatchPolicy.adjustmentSign;
  return { ...defaultMatchPolicy, adjustmentSign: sign } as const;
}

/** Moves the ledger: each application and its item's remaining amount in this one transaction. Gives the invoices that were paid. */
async function apply(
  { newId, clock }: FlowContext,
  tx: Tx,
  remittance: RemittanceRow,
  applications: RemittanceMatch['applications'],
  items: readonly LedgerItem[],
  gathered: Gathered,
): Promise<readonly string[]> {
  if (applications.length === 0) return [];
  const at = clock.now();
  const { company_id, usage, currency } = remittance;
  const remaining = await lowerItems(tx, applications);
  gathered.rows.application = applications.map(({ path, openItem, cash, discount }) => ({
    id: newId(),
    company_id,
    usage,
    remittance_id: remittance.id,
    path,
    open_item_id: openItem,
    cash_minor: cash,
    discount_minor: discount,
    deduction_minor: 0n,
    deduction_code: null,
    reverses_id: null,
    at,
  }));
  const invoiceOf = new Map(items.map(({ id, invoiceId }) => [id, invoiceId]));
  const pieces = new Map<string, Piece[]>();
  for (const { openItem, cash, discount, number } of applications) {
    const invoiceId = invoiceOf.get(openItem) ?? null;
    if (invoiceId === null) continue;
    pieces.set(invoiceId, [...(pieces.get(invoiceId) ?? []), { by: 'money', minor: cash + discount, currency }]);
    const left = remaining.get(openItem) ?? 0n;
    gathered.events.push({
      at,
      type: left === 0n ? 'invoice/settled' : 'invoice/partly-paid',
      actor: 'gateway',
      company: company_id,
      usage,
      data: {
        number,
        cash: cash.toString(),
        discount: discount.toString(),
        remaining: left.toString(),
        currency,
      },
      objects: [
        { kind: 'invoice', id: invoiceId, qualifier: 'subject' },
        { kind: 'remittance', id: remittance.id, qualifier: 'payment' },
      ],
    });
  }
  await meetExpectations(tx, 'remittance', 'invoice', pieces, at);
  return [...pieces.keys()];
}
