import { acknowledged } from './acknowledged.ts';
import { amountText, centsOf, extensionCents } from './arithmetic.ts';
import { type Desk, type Reporter, takeTransaction, wireOf, x12Day } from './desk.ts';
import type { Arrived } from './mailroom.ts';
import { checkInvoice, type ReadInvoice } from './x12/check-invoice.ts';
import type { SentOrder } from './x12/check-response.ts';
import type { Shipped } from './x12/check-ship-notice.ts';
import { claim812, type InvoicePlace, type Kept, refusal824 } from './x12/documents.ts';
import { element, type Transaction } from './x12/read.ts';

/* A buyer that is not content: it refuses an invoice (824) until it is corrected, and claims what arrived damaged (812). */

/** An invoice as it came, and the goods it is over. */
export interface Bill extends ReadInvoice {
  readonly shipped: Shipped;
  readonly arrived: Arrived & { readonly transaction: Transaction };
}

/** Refuses the invoice for the allowance it lacks, takes the corrected one, and claims what was damaged; gives what is left to pay. */
export async function refuseAndClaim(
  desk: Desk,
  order: SentOrder,
  bill: Bill,
  { allowance, damaged }: { readonly allowance: string; readonly damaged: string },
  report: Reporter,
): Promise<{ readonly invoice: ReadInvoice; readonly kept: Kept }> {
  await refuse(desk, order, bill, allowance, report);
  const invoice = await takeCorrected(desk, order, bill, allowance, report);
  return { invoice, kept: await claim(desk, order, invoice, damaged, report) };
}

async function refuse(desk: Desk, order: SentOrder, bill: Bill, allowance: string, report: Reporter): Promise<void> {
  const { usage } = order.conversation;
  const body = refusal824(desk.profile, bill, placeOf(bill), {
    advice: `AA${order.number}`,
    today: x12Day(desk.today),
    reason: `PROMOTION ALLOWANCE ${allowance} IS MISSING`,
    wantedCents: bill.cents - centsOf(allowance),
  });
  const file = await desk.send({ set: '824', functionalId: 'AG', usage, body });
  report.step('824 sent', wireOf('824', file));
  await acknowledged(desk, file, report, '824 accepted by 997');
  await report.agreed('refusal landed on its field', [
    { kind: 'refused-field', document: 'invoice', number: bill.number, usage, path: 'totals.due' },
  ]);
}

const groupOf = ({ content }: Arrived): string =>
  content.kind === 'transaction' ? (element(content.group.header, 6) ?? '') : '';

const numbersOf = (arrived: Bill['arrived']): string => `${groupOf(arrived)} ${arrived.transaction.controlNumber}`;

const placeOf = ({ arrived }: Bill): InvoicePlace => ({
  group: groupOf(arrived),
  set: arrived.transaction.controlNumber,
  totalSegment: arrived.transaction.segments.findIndex(({ tag }) => tag === 'TDS') + 1,
});

/** The same number under new control numbers, less the allowance; our 997 for it must have arrived before anything is claimed of it. */
async function takeCorrected(
  desk: Desk,
  order: SentOrder,
  bill: Bill,
  allowance: string,
  report: Reporter,
): Promise<ReadInvoice> {
  const { usage } = order.conversation;
  const arrived = await takeTransaction(desk.mailroom, `810:${order.number}`);
  const corrects = { number: bill.number, allowance };
  const invoice = checkInvoice(arrived.transaction, order, bill.shipped, { corrects });
  invoice.list.same('usage', arrived.usage, usage);
  const isAfter = arrived.sequence > bill.arrived.sequence;
  invoice.list.that('ISA13', isAfter, String(arrived.sequence), `a number after ${bill.arrived.sequence}`);
  const [numbers, former] = [arrived, bill.arrived].map(numbersOf);
  invoice.list.that('GS06 and ST02', numbers !== former, numbers, `others than ${former}`);
  report.judged('corrected 810 right', invoice.list, arrived.wire);
  await report.agreed('corrected 810 acknowledged', [
    { kind: 'documents', document: 'invoice', number: invoice.number, usage, states: ['rejected', 'accepted'] },
  ]);
  return invoice;
}

/** A debit over the damaged part of the one line. It moves nothing by itself: the open item stands as it stood. */
async function claim(
  desk: Desk,
  order: SentOrder,
  invoice: ReadInvoice,
  damaged: string,
  report: Reporter,
): Promise<Kept> {
  const { usage, lines } = order.conversation;
  const [line] = lines;
  if (line === undefined) throw new Error(`order ${order.number} has no line to claim of`);
  const kept: Kept = {
    cents: extensionCents(damaged, line.acknowledgedPrice ?? line.price),
    claim: `CB${order.number}`,
  };
  const body = claim812(desk.profile, order, invoice, { ...kept, today: x12Day(desk.today), line, quantity: damaged });
  const file = await desk.send({ set: '812', functionalId: 'CD', usage, body });
  report.step('812 sent', wireOf('812', file));
  await acknowledged(desk, file, report, '812 accepted by 997');
  const amount = amountText(invoice.cents);
  await report.agreed('claim accepted, nothing moved', [
    {
      kind: 'claim',
      number: kept.claim,
      usage,
      amount: amountText(kept.cents),
      reference: invoice.number,
      state: 'accepted',
    },
    { kind: 'open-item', number: invoice.number, usage, amount, remaining: amount },
  ]);
  return kept;
}
