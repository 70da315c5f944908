import { acknowledged } from './acknowledged.ts';
import { amountText } from './arithmetic.ts';
import { atQuantity, change } from './changes.ts';
import { type CheckList, checkList } from './check.ts';
import {
  type Desk,
  isOfThisRun,
  nextDay,
  orderNumberBase,
  type Reporter,
  reporterFor,
  type SentFile,
  takeTa1,
  takeTransaction,
  wireOf,
  x12Day,
} from './desk.ts';
import { type Bill, refuseAndClaim } from './refusal.ts';
import { type Conversation, isRefused } from './scenarios.ts';
import { checkRejecting, checkTa1, checkTa1Interchange } from './x12/check-acknowledgment.ts';
import { checkInvoice, type ReadInvoice } from './x12/check-invoice.ts';
import { checkResponse, type ReadResponse, type SentOrder } from './x12/check-response.ts';
import { checkShipNotice, type Shipped } from './x12/check-ship-notice.ts';
import { broken850, type Kept, order850, remittance820 } from './x12/documents.ts';
import { type Delimiters, usualDelimiters } from './x12/write.ts';

/*
 * The conversations of a buyer that speaks X12, one function each. They wait without a limit of their own: whoever runs the demo has one,
 * and says then which step is missing.
 */

/** Test traffic goes with other delimiters and line ends: a receiver that assumes `*` and `~` is found out. */
const TEST_DELIMITERS: Delimiters = { element: '|', component: '^', terminator: "'", suffix: '\r\n' };

export interface Settled {
  readonly invoicedCents: bigint;
  readonly paidCents: bigint;
}

/** Runs the conversation to its end; gives what was billed and paid, null where nothing was. */
export async function converse(desk: Desk, conversation: Conversation): Promise<Settled | null> {
  const report = reporterFor(desk, conversation);
  const order = newOrder(desk, conversation);
  const isMeant = conversation.story !== 'broken';
  desk.host.tell({
    kind: 'began',
    party: desk.party,
    conversation: conversation.key,
    order: isMeant ? order.number : null,
    usage: conversation.usage,
  });
  if (conversation.story === 'broken') return sendBroken(desk, order, report);
  const file = await sendOrder(desk, order, report);
  await acknowledged(desk, file, report, '850 accepted by 997');
  if (conversation.wantTa1) await receivedByTa1(desk, file, report);
  const response = await readResponse(desk, order, report);
  if (conversation.story === 'duplicate') await sendTwice(desk, order, file, report);
  const { changedTo, allowance, damaged } = conversation;
  if (changedTo !== undefined) return changeAndPay(desk, order, changedTo, report);
  const bills = await receiveGoods(desk, order, response, report);
  if (allowance === undefined || damaged === undefined) return pay(desk, order, bills, report);
  const [bill, ...others] = bills;
  if (bill === undefined || others.length > 0) throw new Error(`order ${order.number} was to be billed once`);
  const { invoice, kept } = await refuseAndClaim(desk, order, bill, { allowance, damaged }, report);
  return pay(desk, order, [invoice], report, kept);
}

/** Less in time, and less again when it has left: the first is shipped and billed, the second refused. */
async function changeAndPay(desk: Desk, order: SentOrder, quantity: string, report: Reporter): Promise<Settled> {
  const changed = atQuantity(order, quantity);
  await change(desk, changed, changed, { number: 1, taken: true, report });
  const answers = new Map(changed.conversation.lines.map(({ number }) => [number, [{ code: 'IA', quantity }]]));
  const invoices = await receiveGoods(desk, changed, { answers }, report);
  await change(desk, atQuantity(order, '1'), changed, { number: 2, taken: false, report });
  return pay(desk, changed, invoices, report);
}

/** Two digits of the conversation behind those of the run. */
function newOrder(desk: Desk, conversation: Conversation): SentOrder {
  const place = desk.memory.take(`order ${desk.runNumber}`);
  return {
    conversation,
    number: `${orderNumberBase(desk)}${String(place).padStart(2, '0')}`,
    orderedOn: x12Day(desk.today),
    shipOn: x12Day(nextDay(desk.today, 2)),
    store: desk.profile.store,
    shelfIsFull: desk.runNumber === 1,
  };
}

async function sendOrder(desk: Desk, order: SentOrder, report: Reporter): Promise<SentFile> {
  const { usage, wantTa1 } = order.conversation;
  const file = await desk.send({
    set: '850',
    functionalId: 'PO',
    usage,
    wantTa1,
    delimiters: usage === 'test' ? TEST_DELIMITERS : usualDelimiters,
    body: order850(desk.profile, order),
  });
  report.step('850 sent', wireOf('850', file));
  return file;
}

async function receivedByTa1(desk: Desk, file: SentFile, report: Reporter): Promise<void> {
  const arrived = await takeTa1(desk.mailroom, file.interchangeNumber);
  const list = checkTa1(arrived.ta1, file, 'A', '000');
  for (const { what, ok, found, expected } of checkTa1Interchange(arrived.interchange).checks) {
    list.that(what, ok, found, expected);
  }
  report.judged('850 received by TA1', list, arrived.wire);
}

async function readResponse(desk: Desk, order: SentOrder, report: Reporter): Promise<ReadResponse> {
  const arrived = await takeTransaction(desk.mailroom, `855:${order.number}`);
  const response = checkResponse(arrived.transaction, order);
  response.list.same('usage', arrived.usage, order.conversation.usage);
  report.judged('855 right', response.list, arrived.wire);
  return response;
}

/** What each shipment must hold: first everything promised in time, then everything backordered. */
export function expectedShipments(order: SentOrder, { answers }: Pick<ReadResponse, 'answers'>): readonly Shipped[] {
  const [now, later] = [new Map<string, string>(), new Map<string, string>()];
  for (const { number } of order.conversation.lines) {
    for (const { code, quantity } of answers.get(number) ?? []) {
      if (!isRefused(code)) (code === 'IB' ? later : now).set(number, quantity);
    }
  }
  return [now, later].filter((shipment) => shipment.size > 0);
}

async function receiveGoods(
  desk: Desk,
  order: SentOrder,
  response: Pick<ReadResponse, 'answers'>,
  report: Reporter,
): Promise<readonly Bill[]> {
  const { memory, mailroom } = desk;
  const bills: Bill[] = [];
  for (const [index, shipped] of expectedShipments(order, response).entries()) {
    const notice = await takeTransaction(mailroom, `856:${order.number}`);
    const read = checkShipNotice(notice.transaction, order, shipped, (sscc) => memory.firstTime('sscc', sscc));
    read.list.same('usage', notice.usage, order.conversation.usage);
    read.list.that(
      'BSN02',
      memory.firstTime('shipment', `${order.conversation.usage} ${read.shipment}`),
      read.shipment,
      'a number never used before',
    );
    report.judged(`856 ${index + 1} right`, read.list, notice.wire);
    const billed = await takeTransaction(mailroom, `810:${order.number}`);
    const isNew = (number: string) => memory.firstTime('invoice', `${order.conversation.usage} ${number}`);
    const invoice = checkInvoice(billed.transaction, order, shipped, { isNew });
    invoice.list.same('usage', billed.usage, order.conversation.usage);
    const isAfter = billed.sequence > notice.sequence;
    invoice.list.that('ISA13', isAfter, String(billed.sequence), `a number after ${notice.sequence} of its 856`);
    report.judged(`810 ${index + 1} right`, invoice.list, billed.wire);
    bills.push({ ...invoice, shipped, arrived: billed });
  }
  return bills;
}

/** Pays what was billed; `kept` is kept back of the last payment, and the supplier is to give it up. */
async function pay(
  desk: Desk,
  order: SentOrder,
  invoices: readonly ReadInvoice[],
  report: Reporter,
  kept?: Kept,
): Promise<Settled> {
  const { conversation } = order;
  const open = new Map(invoices.map(({ number, cents }) => [number, cents]));
  let paidCents = 0n;
  for (const [index, percent] of conversation.payments.entries()) {
    const isLast = index === conversation.payments.length - 1;
    const items = invoices.map((invoice) => {
      const due = isLast ? (open.get(invoice.number) ?? 0n) : (invoice.cents * BigInt(percent)) / 100n;
      open.set(invoice.number, (open.get(invoice.number) ?? 0n) - due);
      return isLast && kept !== undefined ? { invoice, paid: due - kept.cents, kept } : { invoice, paid: due };
    });
    paidCents += items.reduce((sum, { paid }) => sum + paid, 0n);
    const trace = `${desk.profile.orderPrefix}${String(desk.memory.take('trace')).padStart(9, '0')}`;
    const body = remittance820(desk.profile, order, { trace, valueOn: x12Day(desk.today), items });
    const file = await desk.send({ set: '820', functionalId: 'RA', usage: conversation.usage, body });
    report.step(`820 ${index + 1} sent`, wireOf('820', file));
    await acknowledged(desk, file, report, `820 ${index + 1} accepted by 997`);
    const facts = items.map(({ invoice }) => ({
      kind: 'open-item' as const,
      number: invoice.number,
      usage: conversation.usage,
      amount: amountText(invoice.cents),
      remaining: amountText(open.get(invoice.number) ?? 0n),
    }));
    await report.agreed(`cash ${index + 1} agreed`, facts);
  }
  return { invoicedCents: invoices.reduce((sum, { cents }) => sum + cents, 0n), paidCents };
}

/** The same bytes under another name, then the same control numbers around another order. Neither may become an order. */
async function sendTwice(desk: Desk, order: SentOrder, file: SentFile, report: Reporter): Promise<void> {
  const { usage } = order.conversation;
  const partner = desk.party;
  const again = await desk.sendAgain(file, file.text);
  report.step('same bytes sent again', { ...wireOf('850', file), fileName: again });
  const controlNumber = file.interchangeNumber;
  await report.agreed('same bytes not entered again', [
    { kind: 'duplicate-file', partner, fileName: again },
    { kind: 'interchanges', partner, controlNumber, entered: 1, quarantined: 0 },
    { kind: 'orders', number: order.number, usage, count: 1 },
  ]);
  const otherNumber = `${order.number.slice(0, -2)}99`;
  const altered = await desk.sendAgain(file, file.text.replace(order.number, otherNumber));
  report.step('same numbers with other bytes sent', { ...wireOf('850', file), fileName: altered });
  await report.agreed('same numbers with other bytes quarantined', [
    { kind: 'interchanges', partner, controlNumber, entered: 1, quarantined: 1 },
    { kind: 'orders', number: otherNumber, usage, count: 0 },
    { kind: 'orders', number: order.number, usage, count: 1 },
  ]);
}

async function sendBroken(desk: Desk, order: SentOrder, report: Reporter): Promise<null> {
  const { usage } = order.conversation;
  const broken = broken850(desk.profile, order);
  const file = await desk.send({ set: '850', functionalId: 'PO', usage, body: broken.body });
  report.step('850 sent', wireOf('850', file));
  const arrived = await takeTransaction(desk.mailroom, `997:${file.functionalId}:${file.groupNumber}`);
  const list = checkRejecting(arrived.transaction, file, broken.errors, arrived.interchange.componentSeparator);
  list.same('usage', arrived.usage, usage);
  report.judged('850 rejected by 997', list, arrived.wire);
  await report.agreed('order not entered', [{ kind: 'orders', number: order.number, usage, count: 0 }]);
  return null;
}

/** At the end: whatever came that no conversation waited for. */
export function checkLeftovers(desk: Desk): CheckList {
  const list = checkList('mailroom');
  const left = desk.mailroom.leftovers().filter((key) => isOfThisRun(desk, key));
  list.that('files nobody waited for', left.length === 0, left.join(', '), 'none');
  return list;
}
