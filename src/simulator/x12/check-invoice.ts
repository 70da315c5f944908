import { amountText, centsOf, extensionCents, isNumber, sameNumber, sumOf } from '../arithmetic.ts';
import { type CheckList, checkList } from '../check.ts';
import { isDay } from './check-envelope.ts';
import { find, idOf, loopsOf, type SentOrder } from './check-response.ts';
import type { Shipped } from './check-ship-notice.ts';
import { element, type Segment, type Transaction } from './read.ts';

export interface ReadInvoice {
  readonly list: CheckList;
  /** BIG02, and BIG01 as CCYYMMDD. */
  readonly number: string;
  readonly issuedOn: string;
  /** What this buyer owes by its own reckoning, in cents: shipped × acknowledged price, line by line, less what is to be taken off. */
  readonly cents: bigint;
}

/** What a corrected invoice must be: of the number that was refused, and with what was missed on it. */
export interface Correction {
  readonly number: string;
  /** Taken off the goods, as a decimal. */
  readonly allowance: string;
}

/**
 * The 810 of a shipment: shipped quantity × acknowledged price, and the total to the cent. A new one by `isNew`, which says whether a number was
 * never seen; a corrected one, after this buyer refused it, of exactly the number it had.
 */
export function checkInvoice(
  transaction: Transaction,
  order: SentOrder,
  shipped: Shipped,
  expected: { readonly isNew: (number: string) => boolean } | { readonly corrects: Correction },
): ReadInvoice {
  const { segments } = transaction;
  const list = checkList(`810 for ${order.number}`);
  const big = segments[1];
  const number = element(big, 2) ?? '';
  list.same('BIG', big?.tag, 'BIG');
  list.that('BIG01', isDay(element(big, 1)), element(big, 1), 'a day');
  list.that('BIG02', /^\S.{0,21}$/.test(number), number, 'the number of an invoice');
  if ('corrects' in expected) list.same('BIG02', number, expected.corrects.number);
  else list.that('BIG02', expected.isNew(number), number, 'a number never used before');
  const orderedOn = element(big, 3);
  if (orderedOn !== undefined && orderedOn !== '') list.same('BIG03', orderedOn, order.orderedOn);
  list.same('BIG04', element(big, 4), order.number);
  const kind = element(big, 7);
  list.that(
    'BIG07',
    kind === undefined || kind === '' || kind === 'DR' || kind === 'DI',
    kind,
    'an invoice, no credit',
  );
  const currency = find(segments, 'CUR');
  if (currency !== undefined) list.same('CUR02', element(currency, 2), 'USD');
  const terms = find(segments, 'ITD');
  if (terms !== undefined) list.same('ITD07', element(terms, 7), '30');
  const allowed = checkAllowance(list, segments, 'corrects' in expected ? expected.corrects.allowance : null);
  const cents = checkLines(list, transaction, order, shipped) - allowed;
  const total = element(find(segments, 'TDS'), 1);
  list.same('TDS01', total, cents.toString());
  return { list, number, issuedOn: element(big, 1) ?? '', cents };
}

/** Nothing was agreed beside the goods but this. Another allowance, a charge or a tax would be ours to refuse. */
function checkAllowance(list: CheckList, segments: readonly Segment[], allowance: string | null): bigint {
  const sacs = segments.filter(({ tag }) => tag === 'SAC');
  list.same('TXI segments', String(segments.filter(({ tag }) => tag === 'TXI').length), '0');
  list.same('SAC segments', String(sacs.length), allowance === null ? '0' : '1');
  if (allowance === null) return 0n;
  const [sac] = sacs;
  const cents = centsOf(allowance);
  list.same('SAC01', element(sac, 1), 'A');
  list.same('SAC02', element(sac, 2), 'F800');
  list.same('SAC05', element(sac, 5), cents.toString());
  return cents;
}

function checkLines(list: CheckList, { segments }: Transaction, order: SentOrder, shipped: Shipped): bigint {
  const loops = loopsOf(segments, 'IT1', 'TDS');
  list.same('CTT01', element(find(segments, 'CTT'), 1), String(loops.length));
  const billed = new Map<string, string[]>();
  for (const loop of loops) {
    const [it1] = loop;
    const upc = idOf(it1, 6, 'UP') ?? '';
    const at = `IT1 ${upc}`;
    const line = order.conversation.lines.find((one) => one.upc === upc);
    list.that(`${at} UP`, line !== undefined, upc, 'an item of the order');
    if (line === undefined) continue;
    const price = line.acknowledgedPrice ?? line.price;
    const number = element(it1, 1);
    if (number !== undefined && number !== '') list.same(`${at} IT101`, number, line.number);
    list.same(`${at} IT103`, element(it1, 3), 'EA');
    list.that(`${at} IT104`, sameNumber(element(it1, 4), price), element(it1, 4), price);
    const quantity = element(it1, 2) ?? '';
    // 1: the amount of the line, where it is told.
    const amount = element(
      find(
        loop.filter((one) => element(one, 4) === '1'),
        'PAM',
      ),
      5,
    );
    if (amount !== undefined && isNumber(quantity)) {
      const own = amountText(extensionCents(quantity, price));
      list.that(`${at} PAM05`, sameNumber(amount, own), amount, own);
    }
    billed.set(upc, [...(billed.get(upc) ?? []), isNumber(quantity) ? quantity : '0']);
  }
  let cents = 0n;
  for (const line of order.conversation.lines) {
    const wanted = shipped.get(line.number) ?? '0';
    const found = sumOf(billed.get(line.upc) ?? ['0']);
    list.that(`billed of line ${line.number}`, sameNumber(found, wanted), found, wanted);
    cents += extensionCents(wanted, line.acknowledgedPrice ?? line.price);
  }
  list.that('own total', cents > 0n, amountText(cents), 'more than nothing');
  return cents;
}
