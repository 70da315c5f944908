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
  CLAIM_812,
  ORDER_850,
  ORDER_850_LINE,
  REFUSAL_824,
  REMITTANCE_820,
  REMITTANCE_820_ITEM,
  REMITTANCE_820_KEPT,
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
  readonly items: readonly {
    readonly invoice: ReadInvoice;
    readonly paid: bigint;
    /** Of what is not paid: what a claim keeps back. */
    readonly kept?: Kept;
  }[];
}

/** What a buyer keeps back of an invoice, and by which claim of its own. */
export interface Kept {
  readonly cents: bigint;
  readonly claim: string;
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
    items: items.flatMap(({ invoice, paid, kept }) =>
      fill(REMITTANCE_820_ITEM, {
        invoice: invoice.number,
        // PI pays an open item, PP part of one.
        action: paid === invoice.cents ? 'PI' : 'PP',
        paid: amountText(paid),
        gross: amountText(invoice.cents),
        order: order.number,
        invoicedOn: invoice.issuedOn,
        adjustments:
          kept === undefined ? [] : fill(REMITTANCE_820_KEPT, { kept: amountText(kept.cents), claim: kept.claim }),
      }),
    ),
  });
}

/** Where an invoice of theirs stands: the group and set it came in, and the number of its TDS segment, counted from ST = 1. */
export interface InvoicePlace {
  readonly group: string;
  readonly set: string;
  readonly totalSegment: number;
}

/** The body of an 824 that refuses an invoice for its total. */
export function refusal824(
  profile: BuyerProfile,
  invoice: ReadInvoice,
  { group, set, totalSegment }: InvoicePlace,
  refusal: { readonly advice: string; readonly today: string; readonly reason: string; readonly wantedCents: bigint },
): readonly string[] {
  return fill(REFUSAL_824, {
    ...valuesOf(profile),
    advice: refusal.advice,
    today: refusal.today,
    buyerName: profile.name,
    invoice: invoice.number,
    group,
    set,
    reason: refusal.reason,
    segment: String(totalSegment),
    found: invoice.cents.toString(),
    wanted: refusal.wantedCents.toString(),
  });
}

/** The body of an 812 over so much of one line of an invoice. */
export function claim812(
  profile: BuyerProfile,
  order: SentOrder,
  invoice: ReadInvoice,
  claim: { readonly today: string; readonly line: Line; readonly quantity: string } & Kept,
): readonly string[] {
  return fill(CLAIM_812, {
    ...valuesOf(profile),
    ...lineValues(claim.line),
    buyerName: profile.name,
    today: claim.today,
    claim: claim.claim,
    cents: claim.cents.toString(),
    quantity: claim.quantity,
    invoice: invoice.number,
    invoicedOn: invoice.issuedOn,
    order: order.number,
    orderedOn: order.orderedOn,
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
