import { isRecord, listIn, type OperatorApi, query, textIn, textOrNull } from './api.ts';
import { sameNumber } from './arithmetic.ts';
import { notesOf } from './notes.ts';
import { postTwice } from './post-twice.ts';
import { ALLOWANCE_NOTE } from './scenarios.ts';

/*
 * The back office's receivables: an invoice that a partner refused is corrected and sent again, a claim is accepted, and what the partner then
 * keeps back of its payment is given up. Everything is found anew at each look, so a restart goes on where it was.
 */
type Row = Readonly<Record<string, unknown>>;

/** One look at what a partner disputes; gives a word about each thing done. */
export async function settleDisputes(api: OperatorApi, partner: string, by: string): Promise<readonly string[]> {
  const list = async (path: string, filter: Readonly<Record<string, string>>) =>
    listIn(await api.get(`${path}${query({ partner, limit: '500', ...filter })}`));
  const done: string[] = [];
  for (const refused of await list('/documents', { kind: 'invoice', direction: 'out', state: 'rejected' })) {
    const [invoice] = await list('/invoices', { number: textIn(refused, 'number'), usage: textIn(refused, 'usage') });
    // One that was corrected stands on another document.
    if (invoice !== undefined && invoice.document === refused.id) done.push(...(await correct(api, invoice, by)));
  }
  for (const claim of await list('/claims', { state: 'open' })) done.push(await accept(api, claim, by));
  for (const claim of await list('/claims', { state: 'accepted' })) done.push(...(await giveUp(api, claim, by)));
  return done;
}

/** The gateway bills goods and prices; what the order's note promises beside them only a person reads. */
async function correct(api: OperatorApi, invoice: Row, by: string): Promise<readonly string[]> {
  const order = await api.get(`/orders/${textIn(invoice, 'order')}`);
  const note = notesOf(isRecord(order) ? order.document : null);
  const [, amount] = new RegExp(`${ALLOWANCE_NOTE} (\\d+\\.\\d\\d)`).exec(note) ?? [];
  if (amount === undefined) throw new Error(`invoice ${textIn(invoice, 'number')} was refused, and nothing says why`);
  const charges = [{ kind: { code: 'allowance' }, code: { code: 'promotion' }, amount }];
  const body = { charges, reason: 'the promotion allowance of the order was left off', by };
  const [id, key] = [textIn(invoice, 'id'), `${textIn(invoice, 'document')}-correction`];
  await postTwice(api, `/invoices/${id}/corrections`, body, key);
  return [`corrected invoice ${textIn(invoice, 'number')}: ${amount} off`];
}

async function accept(api: OperatorApi, claim: Row, by: string): Promise<string> {
  const id = textIn(claim, 'id');
  const body = { state: 'accepted', reason: 'they arrived damaged', by };
  await postTwice(api, `/claims/${id}/decision`, body, `${id}-accepted`);
  return `accepted claim ${textIn(claim, 'number')} over ${textIn(claim, 'amount')}`;
}

/** When a payment has come that leaves exactly the claimed part open, that part is given up for the claim's reason, and the claim is closed. */
async function giveUp(api: OperatorApi, claim: Row, by: string): Promise<readonly string[]> {
  const openItem = textOrNull(claim, 'openItem');
  if (openItem === null) return [];
  const item = await api.get(`/open-items/${openItem}`);
  const [id, amount, number] = [textIn(claim, 'id'), textIn(claim, 'amount'), textIn(claim, 'number')];
  const payment = listIn(item, 'applications').at(-1);
  if (payment === undefined || !sameNumber(textIn(item, 'remaining'), amount)) return [];
  const [reason] = listIn(claim, 'reasons');
  const body = {
    applications: [{ openItem, deduction: amount, deductionCode: textOrNull(reason, 'code') ?? 'claimed' }],
    reason: `claim ${number}`,
    by,
  };
  await postTwice(api, `/remittances/${textIn(payment, 'remittance')}/settlements`, body, `${id}-given-up`);
  const closed = { state: 'closed', reason: `${amount} given up`, by };
  await postTwice(api, `/claims/${id}/decision`, closed, `${id}-closed`);
  return [`gave up ${amount} for claim ${number}`];
}
