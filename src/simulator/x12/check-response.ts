import { difference, isNumber, sameNumber, sumOf } from '../arithmetic.ts';
import { type CheckList, checkList } from '../check.ts';
import type { Answer, Conversation, Line } from '../scenarios.ts';
import { isDay } from './check-envelope.ts';
import { element, type Segment, type Transaction } from './read.ts';

/** The order this buyer sent, as it remembers it. */
export interface SentOrder {
  readonly conversation: Conversation;
  readonly number: string;
  /** CCYYMMDD. */
  readonly orderedOn: string;
  readonly shipOn: string;
  /** The store it goes to: N104 behind N103 = 92. */
  readonly store: string;
  /** Whether the shelf is untouched: the quantities of a short line are then known to the piece. */
  readonly shelfIsFull: boolean;
}

export interface ReadResponse {
  readonly list: CheckList;
  /** What was promised per line number, in the order of the answer. */
  readonly answers: ReadonlyMap<string, readonly Answer[]>;
}

/** The value behind a qualifier in pairs that begin at element `from`: UP in PO106/PO107 and on. */
export function idOf(segment: Segment | undefined, from: number, qualifier: string): string | undefined {
  const elements = segment?.elements ?? [];
  for (let index = from - 1; index + 1 < elements.length; index += 2) {
    if (elements[index] === qualifier) return elements[index + 1];
  }
  return undefined;
}

export const find = (segments: readonly Segment[], tag: string, first?: string): Segment | undefined =>
  segments.find((segment) => segment.tag === tag && (first === undefined || element(segment, 1) === first));

/** Segments from each `tag` to the next: a line with what hangs under it. */
export function loopsOf(segments: readonly Segment[], tag: string, end: string): readonly (readonly Segment[])[] {
  const starts = segments.flatMap((segment, index) => (segment.tag === tag ? [index] : []));
  const stop = segments.findIndex((segment) => segment.tag === end);
  return starts.map((start, index) => segments.slice(start, starts[index + 1] ?? (stop < 0 ? segments.length : stop)));
}

/** The 855 for an order: header, each line's price and quantities, and what is promised of it. */
export function checkResponse(transaction: Transaction, order: SentOrder): ReadResponse {
  const { segments } = transaction;
  const list = checkList(`855 for ${order.number}`);
  const bak = segments[1];
  list.same('BAK', bak?.tag, 'BAK');
  list.same('BAK01', element(bak, 1), '00');
  list.same('BAK02', element(bak, 2), order.conversation.verdict);
  list.same('BAK03', element(bak, 3), order.number);
  list.same('BAK04', element(bak, 4), order.orderedOn);
  list.same('N104 of ST', element(find(segments, 'N1', 'ST'), 4), order.store);
  const currency = find(segments, 'CUR');
  if (currency !== undefined) list.same('CUR02', element(currency, 2), 'USD');
  const loops = loopsOf(segments, 'PO1', 'CTT');
  list.same('PO1 segments', String(loops.length), String(order.conversation.lines.length));
  list.same('CTT01', element(find(segments, 'CTT'), 1), String(loops.length));
  const answers = new Map<string, readonly Answer[]>();
  for (const line of order.conversation.lines) {
    const loop = loops.find(([po1]) => element(po1, 1) === line.number) ?? [];
    answers.set(line.number, checkLine(list, loop, line, order));
  }
  return { list, answers };
}

function checkLine(list: CheckList, loop: readonly Segment[], line: Line, order: SentOrder): readonly Answer[] {
  const po1 = loop[0];
  const at = `line ${line.number}`;
  const price = line.acknowledgedPrice ?? line.price;
  list.that(`${at} PO102`, sameNumber(element(po1, 2), line.quantity), element(po1, 2), line.quantity);
  list.same(`${at} PO103`, element(po1, 3), 'EA');
  list.that(`${at} PO104`, sameNumber(element(po1, 4), price), element(po1, 4), price);
  list.same(`${at} UP`, idOf(po1, 6, 'UP'), line.upc);
  list.same(`${at} IN`, idOf(po1, 6, 'IN'), line.buyerItem);
  const acks = loop.filter(({ tag }) => tag === 'ACK');
  const answers = acks.map((ack) => ({ code: element(ack, 1) ?? '', quantity: element(ack, 2) ?? '' }));
  for (const ack of acks) {
    list.same(`${at} ACK03`, element(ack, 3), 'EA');
    checkPromisedDay(list, `${at} ACK05`, ack, order.shipOn);
  }
  if ('shelf' in line.answer) checkShortLine(list, at, line, line.answer.shelf, answers, order.shelfIsFull);
  else list.same(`${at} ACK`, answersText(answers), answersText(line.answer));
  return answers;
}

const answersText = (answers: readonly Answer[]): string =>
  answers.map(({ code, quantity }) => `${code} ${isNumber(quantity) ? sumOf([quantity]) : quantity}`).join(', ');

/** What comes in time comes on the day asked for; a backorder later, never earlier. */
function checkPromisedDay(list: CheckList, at: string, ack: Segment, shipOn: string): void {
  const [qualifier, day] = [element(ack, 4), element(ack, 5)];
  const code = element(ack, 1);
  if (code === 'IB') {
    list.that(at, qualifier === '068' && isDay(day) && (day ?? '') >= shipOn, day, `a day from ${shipOn} on, as 068`);
  } else if (day !== undefined && day !== '') {
    list.same(at, `${qualifier} ${day}`, `068 ${shipOn}`);
  }
}

/**
 * A line larger than the shelf: so much now, the rest backordered, together what was ordered. The gateway's shelf empties from run to run;
 * only on a full one is the part known to the piece.
 */
function checkShortLine(
  list: CheckList,
  at: string,
  line: Line,
  shelf: string,
  answers: readonly Answer[],
  shelfIsFull: boolean,
): void {
  if (shelfIsFull) {
    const rest = difference(line.quantity, shelf);
    list.same(`${at} ACK`, answersText(answers), `IA ${shelf}, IB ${rest}`);
    return;
  }
  const codes = answers.map(({ code }) => code).join(' ');
  list.that(`${at} ACK01`, codes === 'IA IB' || codes === 'IB', codes, 'IB, or IA and IB');
  const quantities = answers.map(({ quantity }) => quantity);
  const sum = quantities.every(isNumber) ? sumOf(quantities) : quantities.join(' and ');
  list.that(`${at} ACK02`, sameNumber(sum, line.quantity), sum, `${line.quantity} in all`);
}
