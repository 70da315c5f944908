import { sumOf } from '../arithmetic.ts';
import type { Line } from '../scenarios.ts';
import { type EdifactEnvelope, edifactText, filled } from './write.ts';

/*
 * What the distributor writes: ORDERS, REMADV and CONTRL, D96A, as its EDI department would keep them.
 */
const ORDERS = `
  BGM+220+{number}+9
  DTM+137:{orderedOn}:102
  DTM+2:{deliverOn}:102
  FTX+ZZZ+++{note}
  NAD+BY+{buyer}::9++{buyerName}
  CTA+OC+:{contact}
  NAD+SU+{supplier}::9
  NAD+DP+{warehouse}::9
  CUX+2:EUR:9
  {lines}
  UNS+S
  CNT+2:{lineCount}
`;

const ORDERS_LINE = `
  LIN+{line}++{gtin}:EN
  PIA+1+{supplierItem}:SA+{buyerItem}:IN
  IMD+F++:::{description}
  QTY+21:{quantity}:PCE
  PRI+AAA:{price}
`;

export interface OrdersText {
  readonly envelope: EdifactEnvelope;
  readonly number: string;
  readonly deliverOn: string;
  readonly buyerName: string;
  readonly contact: string;
  readonly warehouse: string;
  readonly note: string;
  readonly lines: readonly Line[];
}

/** A UPC-12 is the GTIN-13 with a zero before it (GS1 General Specifications, 3.3). */
export const gtin13 = (upc: string): string => upc.padStart(13, '0');

/** One interchange with one ORDERS. Throws RangeError for a line break in a value. */
export function ordersText({ envelope, ...orders }: OrdersText): string {
  const values = {
    number: orders.number,
    orderedOn: envelope.date.replaceAll('-', ''),
    deliverOn: orders.deliverOn,
    note: orders.note,
    buyer: envelope.from,
    buyerName: orders.buyerName,
    contact: orders.contact,
    supplier: envelope.to,
    warehouse: orders.warehouse,
    lineCount: String(orders.lines.length),
  };
  const lines = orders.lines.flatMap((line) =>
    filled(ORDERS_LINE, {
      line: line.number,
      gtin: gtin13(line.upc),
      supplierItem: line.vendorItem,
      buyerItem: line.buyerItem,
      description: line.description,
      quantity: sumOf([line.quantity]),
      price: line.price,
    }),
  );
  const message = filled(ORDERS, values).flatMap((line) => (line === '{lines}' ? lines : [line]));
  return edifactText(envelope, 'ORDERS:D:96A:UN:EAN008', message);
}

const REMADV = `
  BGM+481+{payment}+9
  DTM+137:{day}:102
  RFF+PQ:{payment}
  NAD+PR+{buyer}::9
  NAD+PE+{supplier}::9
  CUX+2:EUR:11
  DOC+380+{invoice}
  MOA+9:{amount}
  MOA+12:{amount}
  UNS+S
  MOA+12:{amount}
`;

/** One interchange with a REMADV that pays one invoice in full. */
export const remadvText = (
  envelope: EdifactEnvelope,
  { payment, invoice, amount }: { readonly payment: string; readonly invoice: string; readonly amount: string },
): string =>
  edifactText(
    envelope,
    'REMADV:D:96A:UN:EAN003',
    filled(REMADV, {
      payment,
      invoice,
      amount,
      day: envelope.date.replaceAll('-', ''),
      buyer: envelope.from,
      supplier: envelope.to,
    }),
  );

/** One interchange with a CONTRL that accepts an interchange of theirs as a whole: UCI 0083 is 7. */
export const contrlText = (envelope: EdifactEnvelope, theirs: string): string =>
  edifactText(
    envelope,
    'CONTRL:D:3:UN',
    filled('UCI+{theirs}+{supplier}:14+{buyer}:14+7', { theirs, supplier: envelope.to, buyer: envelope.from }),
  );
