import { amountText, sumOf } from '../arithmetic.ts';
import type { BuyerProfile } from '../profiles.ts';
import type { Line } from '../scenarios.ts';
import type { ExpectedError } from './check-acknowledgment.ts';
import type { ReadInvoice } from './check-invoice.ts';
import type { SentOrder } from './check-response.ts';
import {
  ACKNOWLEDGMENT_997,
  ACKNOWLEDGMENT_997_SET,
  BROKEN_850,
  CHANGE_860,
  CHANGE_860_LINE,
  ORDER_850,
  ORDER_850_LINE,
  REMITTANCE_820,
  REMITTANCE_820_ITEM,
} from './templates.ts';
import { fill, type Values } from './write.ts';

/** The profile's texts as values of a template: addresses and nested things are left out. */
const valuesOf = ({ self: _self, supplier: _supplier, ...texts }: BuyerProfile): Values => texts;

const lineValues = ({ number, ...line }: Line): Values => ({
  line: number,
  upc: line.upc,
  vendorItem: line.vendorItem,
  buyerItem: line.buyerItem,
  description: line.description,
  quantity: line.quantity,
  unit: 'EA',
  price: line.price,
});

/** The body of an 850: everything between ST and SE. */
export function order850(profile: BuyerProfile, order: SentOrder): readonly string[] {
  const { lines, title, note = title } = order.conversation;
  return fill(ORDER_850, {
    ...valuesOf(profile),
    number: order.number,
    orderedOn: order.orderedOn,
    shipOn: order.shipOn,
    note: note.toUpperCase(),
    billName: profile.name,
    lines: lines.flatMap((line) => fill(ORDER_850_LINE, lineValues(line))),
    lineCount: String(lines.length),
    // A hash total sums digits without regard to points; whole quantities sum alike either way.
    hash: sumOf(lines.map(({ quantity }) => quantity)),
  });
}

/** The body of an 860: from now on each line is of the quantity that `order` has. `change` is its number, from 1. */
export function change860(order: SentOrder, change: number): readonly string[] {
  const { lines } = order.conversation;
  return fill(CHANGE_860, {
    number: order.number,
    change: String(change),
    orderedOn: order.orderedOn,
    changedOn: order.orderedOn,
    lines: lines.flatMap((line) => fill(CHANGE_860_LINE, lineValues(line))),
    lineCount: String(lines.length),
  });
}

/** An 850 with three mistakes, and where the 997 must find each. */
export function broken850(
  profile: BuyerProfile,
  order: SentOrder,
): { readonly body: readonly string[]; readonly errors: readonly ExpectedError[] } {
  const [line] = order.conversation.lines;
  if (line === undefined) throw new RangeError('a broken order needs a line to break');
  const badDay = `${order.orderedOn.slice(0, 4)}0231`;
  const badQuantity = 'TWELVE';
  const body = fill(BROKEN_850, {
    ...valuesOf(profile),
    ...lineValues(line),
    number: order.number,
    badDay,
    badQuantity,
  });
  // Segment numbers count ST as 1; body[0] is segment 2.
  const numberOf = (tag: string) => body.findIndex((segment) => segment.startsWith(`${tag}*`)) + 2;
  return {
    body,
    errors: [
      {
        tag: 'BEG',
        segmentNumber: numberOf('BEG'),
        loop: '',
        element: 5,
        dataElement: '373',
        code: '8',
        found: badDay,
      },
      // N103 is there, and N103 and N104 come together or not at all.
      { tag: 'N1', segmentNumber: numberOf('N1'), loop: 'N1', element: 4, dataElement: '67', code: '2', found: null },
      {
        tag: 'PO1',
        segmentNumber: numberOf('PO1'),
        loop: 'PO1',
        element: 2,
        dataElement: '330',
        code: '6',
        found: badQuantity,
      },
    ],
  };
}

export interface RemittanceText {
  readonly trace: string;
  /** CCYYMMDD. */
  readonly valueOn: string;
  readonly items: readonly { readonly invoice: ReadInvoice; readonly paid: bigint }[];
}

/** The body of an 820 that pays invoices of one order. */
export function remittance820(profile: BuyerProfile, order: SentOrder, remittance: RemittanceText): readonly string[] {
  const { items, trace, valueOn } = remittance;
  return fill(REMITTANCE_820, {
    ...valuesOf(profile),
    trace,
    valueOn,
    amount: amountText(items.reduce((sum, { paid }) => sum + paid, 0n)),
    payerName: profile.name,
    payeeName: profile.supplierName,
    items: items.flatMap(({ invoice, paid }) =>
      fill(REMITTANCE_820_ITEM, {
        invoice: invoice.number,
        // PI pays an open item, PP part of one.
        action: paid === invoice.cents ? 'PI' : 'PP',
        paid: amountText(paid),
        gross: amountText(invoice.cents),
        order: order.number,
        invoicedOn: invoice.issuedOn,
      }),
    ),
  });
}

/** The body of a 997 that accepts every set of a group. */
export function accepting997(
  functionalId: string,
  groupNumber: string,
  sets: readonly { readonly set: string; readonly controlNumber: string }[],
): readonly string[] {
  return fill(ACKNOWLEDGMENT_997, {
    functionalId,
    groupNumber,
    count: String(sets.length),
    sets: sets.flatMap(({ set, controlNumber }) => fill(ACKNOWLEDGMENT_997_SET, { set, controlNumber })),
  });
}
