import { amountText, extensionCents, isNumber, isSscc, sameNumber, sumOf } from '../arithmetic.ts';
import { type CheckList, checkList } from '../check.ts';
import type { Line } from '../scenarios.ts';
import { gtin13 } from './orders.ts';
import { componentOf, type EdifactMessage, type EdifactSegment, misplacedSegment } from './read.ts';

/*
 * What the distributor looks at in CONTRL, ORDRSP, DESADV and INVOIC: single components of what the edifact package read, held against the order it
 * sent and its own sums.
 */
export interface SentOrders {
  readonly number: string;
  readonly lines: readonly Line[];
}

export interface ReadInvoic {
  readonly list: CheckList;
  /** BGM 1004. */
  readonly number: string;
  readonly cents: bigint;
}

const find = (segments: readonly EdifactSegment[], tag: string, first?: string): EdifactSegment | undefined =>
  segments.find((segment) => segment.tag === tag && (first === undefined || componentOf(segment, 1) === first));

/** From each `tag` to the next, the last one up to `end`. */
function loopsOf(
  segments: readonly EdifactSegment[],
  tag: string,
  end: string,
): readonly (readonly EdifactSegment[])[] {
  const starts = segments.flatMap((segment, index) => (segment.tag === tag ? [index] : []));
  const stop = segments.findIndex((segment) => segment.tag === end);
  return starts.map((start, index) => segments.slice(start, starts[index + 1] ?? stop));
}

const gtinOf = (lin: EdifactSegment | undefined): string | undefined => componentOf(lin, 3);
const quantityOf = (loop: readonly EdifactSegment[], qualifier: string): string | undefined =>
  componentOf(find(loop, 'QTY', qualifier), 1, 2);
const amountOf = (segments: readonly EdifactSegment[], qualifier: string): string | undefined =>
  componentOf(find(segments, 'MOA', qualifier), 1, 2);

/** The package's table of INVOIC fits D.96A. Its DESADV is a later one, and of ORDRSP and CONTRL it has none. */
function checkPlaces(list: CheckList, message: EdifactMessage): void {
  const misplaced = misplacedSegment(message);
  list.that('segments', misplaced === null, misplaced ?? 'all in their places', 'all in their places');
}

/** A CONTRL that accepts an interchange of ours: UCI echoes it and its parties, and 0083 is 7, or 8 where only the receipt is told. */
export function checkContrl(
  { segments }: EdifactMessage,
  sent: { readonly interchangeNumber: string; readonly from: string; readonly to: string },
): CheckList {
  const list = checkList(`CONTRL for ${sent.interchangeNumber}`);
  const uci = segments[1];
  list.same('UCI', uci?.tag, 'UCI');
  list.same('UCI 0020', componentOf(uci, 1), sent.interchangeNumber);
  list.same('UCI S002', componentOf(uci, 2), sent.from);
  list.same('UCI S003', componentOf(uci, 3), sent.to);
  list.same('UCI 0083', componentOf(uci, 4), '7');
  for (const ucm of segments.filter(({ tag }) => tag === 'UCM')) list.same('UCM 0083', componentOf(ucm, 3), '7');
  list.that('UCS and UCD', !segments.some(({ tag }) => tag === 'UCS' || tag === 'UCD'), 'some', 'none');
  return list;
}

/** An ORDRSP that takes the order whole. */
export function checkOrdrsp({ segments }: EdifactMessage, order: SentOrders): CheckList {
  const list = checkList(`ORDRSP for ${order.number}`);
  list.same('BGM 1001', componentOf(segments[1], 1), '231');
  list.same('BGM 1225', componentOf(segments[1], 3), '29'); // accepted without amendment
  list.same('RFF ON', componentOf(find(segments, 'RFF', 'ON'), 1, 2), order.number);
  list.same('CUX', componentOf(find(segments, 'CUX'), 1, 2), 'EUR');
  const loops = loopsOf(segments, 'LIN', 'UNS');
  list.same('LIN segments', String(loops.length), String(order.lines.length));
  list.same('CNT', componentOf(find(segments, 'CNT', '2'), 1, 2), String(loops.length));
  for (const line of order.lines) {
    const loop = loops.find(([lin]) => componentOf(lin, 1) === line.number) ?? [];
    const at = `line ${line.number}`;
    list.same(`${at} 1229`, componentOf(loop[0], 2), '5');
    list.same(`${at} 7140`, gtinOf(loop[0]), gtin13(line.upc));
    for (const qualifier of ['21', '113']) {
      const found = quantityOf(loop, qualifier);
      list.that(`${at} QTY ${qualifier}`, sameNumber(found, line.quantity), found, line.quantity);
    }
    const price = componentOf(find(loop, 'PRI', 'AAA'), 1, 2);
    list.that(`${at} PRI`, sameNumber(price, line.price), price, line.price);
  }
  return list;
}

/** The DESADV of everything ordered: the tree of its packages, their labels, and what lies in them. */
export function checkDesadv(
  { segments }: EdifactMessage,
  order: SentOrders,
  isNew: (sscc: string) => boolean,
): CheckList {
  const list = checkList(`DESADV for ${order.number}`);
  list.same('BGM 1001', componentOf(segments[1], 1), '351');
  list.same('TDT 8051', componentOf(find(segments, 'TDT'), 1), '20'); // the main carriage: there is no other
  list.same('TDT 3127', componentOf(find(segments, 'TDT'), 5), 'RDLN');
  const levels = segments.filter(({ tag }) => tag === 'CPS');
  levels.forEach((cps, index) => {
    list.same('CPS 7164', componentOf(cps, 1), String(index + 1));
    const parent = componentOf(cps, 2) ?? '';
    // The whole shipment stands at the top and hangs under nothing.
    if (index === 0) list.same('CPS 7166 of the first', parent, '');
    else list.that('CPS 7166', /^[1-9]\d*$/.test(parent) && Number(parent) <= index, parent, 'a level before it');
  });
  const labels = segments.filter(({ tag }) => tag === 'GIN').map((gin) => componentOf(gin, 2) ?? '');
  list.that('GIN segments', labels.length > 0, String(labels.length), 'a label for each package');
  for (const label of labels) list.that('GIN 7402', isSscc(label) && isNew(label), label, 'an SSCC never used before');
  const loops = loopsOf(segments, 'LIN', 'CNT');
  list.same('CNT', componentOf(find(segments, 'CNT', '2'), 1, 2), String(loops.length));
  for (const loop of loops) list.same('RFF ON', componentOf(find(loop, 'RFF', 'ON'), 1, 2), order.number);
  for (const line of order.lines) {
    const own = loops.filter(([lin]) => gtinOf(lin) === gtin13(line.upc)).map((loop) => quantityOf(loop, '12') ?? '');
    const sent = own.every(isNumber) && own.length > 0 ? sumOf(own) : own.join(' and ');
    list.that(`line ${line.number} QTY 12`, sameNumber(sent, line.quantity), sent, `${line.quantity} in all`);
  }
  return list;
}

/** The INVOIC of everything shipped: line amounts, their sum, and what is to be paid, to the cent. */
export function checkInvoic(
  message: EdifactMessage,
  order: SentOrders,
  isNew: (number: string) => boolean,
): ReadInvoic {
  const { segments } = message;
  const list = checkList(`INVOIC for ${order.number}`);
  checkPlaces(list, message);
  const number = componentOf(segments[1], 2) ?? '';
  list.same('BGM 1001', componentOf(segments[1], 1), '380');
  list.that('BGM 1004', number !== '' && isNew(number), number, 'a number never used before');
  list.same('RFF ON', componentOf(find(segments, 'RFF', 'ON'), 1, 2), order.number);
  list.same('CUX', componentOf(find(segments, 'CUX'), 1, 2), 'EUR');
  const loops = loopsOf(segments, 'LIN', 'UNS');
  let cents = 0n;
  for (const line of order.lines) {
    const loop = loops.find(([lin]) => gtinOf(lin) === gtin13(line.upc)) ?? [];
    const at = `line ${line.number}`;
    const own = extensionCents(line.quantity, line.price);
    cents += own;
    const quantity = quantityOf(loop, '47');
    list.that(`${at} QTY 47`, sameNumber(quantity, line.quantity), quantity, line.quantity);
    const price = componentOf(find(loop, 'PRI', 'AAA'), 1, 2);
    list.that(`${at} PRI`, sameNumber(price, line.price), price, line.price);
    list.that(
      `${at} MOA 203`,
      sameNumber(amountOf(loop, '203'), amountText(own)),
      amountOf(loop, '203'),
      amountText(own),
    );
  }
  list.same('LIN segments', String(loops.length), String(order.lines.length));
  const summary = segments.slice(segments.findIndex(({ tag }) => tag === 'UNS'));
  for (const qualifier of ['77', '79']) {
    const found = amountOf(summary, qualifier);
    list.that(`MOA ${qualifier}`, sameNumber(found, amountText(cents)), found, amountText(cents));
  }
  return { list, number, cents };
}
