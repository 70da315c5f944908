import {
  addDecimals,
  compareDecimals,
  type Decimal,
  isZeroDecimal,
  roundDecimal,
  subtractDecimals,
} from '../core/decimal.ts';
import type { LocalDate } from '../core/local-date.ts';
import type { Invoice, InvoiceLine } from '../documents/invoice.ts';
import type { Order } from '../documents/order.ts';
import type { Charge, Party, PaymentTerm, Tax } from '../documents/parts.ts';
import { extension, invoiceTotals, lineAmount, type Rounding } from '../documents/totals.ts';
import { chargesForLine, headerCharges, statedCharges, statedTaxes } from './billed-charges.ts';
import { dayOf } from './dates.ts';
import { type Finding, finding, given, type Outcome, refused } from './finding.ts';
import { type KeyedLine, linesByKey } from './lines.ts';
import { invoiceOrder, type LineQuantity, type LineState, type OrderState, sumByLine } from './order-state.ts';
import type { ShipmentRequest } from './ship.ts';

/*
 * An invoice bills what has left at the price we acknowledged, with the charges, taxes and terms of the order.
 *
 *   amounts fixed for the whole order   on its first invoice only
 *   amounts fixed for a line            by the share of the line this invoice bills; over all invoices they add up to the cent
 *   percents and rates                  on every invoice
 */

/** What left in one shipment of this order. */
export interface ShippedGoods {
  readonly shipment: string;
  readonly shippedOn: LocalDate;
  /** The buyer's change that made the version these goods fulfil. */
  readonly change: string | null;
  readonly quantities: readonly LineQuantity[];
  readonly carrier?: ShipmentRequest['carrier'];
  readonly references?: ShipmentRequest['references'];
}

export interface InvoiceContext {
  readonly number: string;
  readonly issuedOn: LocalDate;
  readonly rounding: Rounding;
  /** The currency of an order that names none. */
  readonly currency: string;
  /** Beside those of the order: the freight of this shipment. */
  readonly charges?: readonly Charge[];
  readonly taxes?: readonly Tax[];
  /** The agreement's terms, for an order that names none. */
  readonly terms?: readonly PaymentTerm[];
  /** Where to pay: us. */
  readonly remitTo?: Party;
}

export interface BilledInvoice {
  readonly invoice: Invoice;
  /** What the invoice bills, to move the order's state by. */
  readonly billed: readonly LineQuantity[];
  /** The order's state afterwards. */
  readonly state: OrderState;
  /** What could not be carried over, for a person to see. */
  readonly warnings: readonly Finding[];
}

/**
 * The invoice of shipments of one order. Takes the order, its state (with these shipments counted as shipped), what left and what flows know;
 * gives the invoice with its totals and the state after it. Refuses, all reasons at once: nothing to bill, an unknown line,
 * more than has left unbilled, a line without any price.
 */
export function toInvoice(
  order: Order,
  state: OrderState,
  shipments: readonly ShippedGoods[],
  context: InvoiceContext,
): Outcome<BilledInvoice> {
  const sums = sumByLine(shipments.flatMap(({ quantities }) => quantities));
  const billed = [...sums]
    .map(([line, quantity]) => ({ line, quantity }))
    .filter((one) => !isZeroDecimal(one.quantity));
  if (billed.length === 0) {
    return refused(finding('invoice/nothing-to-bill', '', `Nothing of order ${order.number} is to be billed.`));
  }
  const after = invoiceOrder(state, billed);
  const prices = priceless(state, billed);
  if (!after.ok || prices.length > 0) return refused(...(after.ok ? [] : after.findings), ...prices);
  const ordered = linesByKey(order);
  const states = new Map(state.lines.map((line) => [line.line, line]));
  const lines = billed.flatMap(({ line, quantity }) => {
    const keyed = ordered.get(line);
    const at = states.get(line);
    return keyed === undefined || at === undefined ? [] : [billedLine(order, keyed, at, quantity, context.rounding)];
  });
  const first = state.lines.every(({ invoiced }) => isZeroDecimal(invoiced));
  const { taxes, warnings } = carriedTaxes(order);
  const invoice = withTotals(
    {
      ...invoiceHeader(order, context),
      ...shipmentOf(shipments),
      ...changeOf(shipments),
      lines,
      charges: [...headerCharges(order.charges, first), ...(context.charges ?? [])],
      taxes: [...taxes, ...(context.taxes ?? [])],
    },
    context.rounding,
  );
  return given({ invoice, billed, state: after.value, warnings });
}

const priceless = (state: OrderState, billed: readonly LineQuantity[]): readonly Finding[] => {
  const meant = new Set(billed.map(({ line }) => line));
  return state.lines
    .filter(({ line, price }) => price === null && meant.has(line))
    .map(({ line }) =>
      finding('invoice/price-missing', '', `Line ${line} of order ${state.number} has no acknowledged price.`, {
        found: line,
      }),
    );
};

function billedLine(
  order: Order,
  { line }: KeyedLine,
  state: LineState,
  quantity: Decimal,
  rounding: Rounding,
): InvoiceLine {
  const unit = line.quantity?.unit;
  const billed = { value: quantity, ...(unit !== undefined && { unit }) };
  const goods = state.price === null ? '0' : roundDecimal(extension(quantity, state.price), rounding.places);
  const charges = chargesForLine(line.charges, state, billed, goods, rounding.places);
  const bare: InvoiceLine = {
    ...(line.number !== undefined && { number: line.number, orderLine: line.number }),
    orderNumber: order.number,
    quantity: billed,
    ...(state.price !== null && { price: state.price }),
    ...(line.products !== undefined && { products: line.products }),
    ...(line.description !== undefined && { description: line.description }),
    ...(charges.length > 0 && { charges }),
    ...(line.references !== undefined && { references: line.references }),
  };
  const amount = lineAmount(bare, rounding);
  const taxes = statedTaxes(partTaxes(line.taxes), amount, rounding.places);
  return { ...bare, ...(taxes.length > 0 && { taxes }), amount };
}

const tellsPart = (tax: Tax): boolean => tax.rate !== undefined || tax.exemption !== undefined;
/** Taxes that can be told for a part: by their rate, or exempt. Their amounts were for the whole. */
const partTaxes = (taxes: readonly Tax[] | undefined): Tax[] =>
  (taxes ?? []).filter(tellsPart).map(({ amount: _amount, base: _base, ...tax }) => tax);

/** A tax that is only an amount is of the whole order: we do not guess what of it a part bears, and say so. */
function carriedTaxes(order: Order): { taxes: readonly Tax[]; warnings: readonly Finding[] } {
  const warn = (path: string) => (tax: Tax) =>
    finding('invoice/tax-left-out', path, `Order ${order.number} names a tax without a rate: it is not billed.`, {
      found: tax.amount ?? null,
      severity: 'warning',
    });
  const left = (taxes: readonly Tax[] | undefined) => (taxes ?? []).filter((tax) => !tellsPart(tax));
  const warnings = [
    ...left(order.taxes).map(warn('taxes')),
    ...order.lines.flatMap((line, index) => left(line.taxes).map(warn(`lines[${index}].taxes`))),
  ];
  return { taxes: partTaxes(order.taxes), warnings };
}

/** Header charges, taxes and totals with their amounts told, so that whoever reads need not compute them. */
export function withTotals(bare: Omit<Invoice, 'totals'>, rounding: Rounding): Invoice {
  const { charges = [], taxes = [], ...rest } = bare;
  const goods = invoiceTotals({ lines: rest.lines }, rounding).lines;
  const told = statedCharges(charges, goods, rounding.places);
  const { taxable } = invoiceTotals({ lines: rest.lines, charges: told }, rounding);
  const toldTaxes = statedTaxes(taxes, taxable, rounding.places);
  const body: Omit<Invoice, 'totals'> = {
    ...rest,
    ...(told.length > 0 && { charges: told }),
    ...(toldTaxes.length > 0 && { taxes: toldTaxes }),
  };
  return { ...body, totals: invoiceTotals(body, rounding) };
}

/** What every invoice of an order repeats of it. */
export function invoiceHeader(
  order: Order,
  context: Omit<InvoiceContext, 'rounding'>,
): Omit<Invoice, 'totals' | 'lines'> {
  const orderedOn = order.orderedOn === undefined ? null : dayOf(order.orderedOn);
  const terms = (order.terms ?? []).length > 0 ? order.terms : context.terms;
  const parties = [...(order.parties ?? []), ...(context.remitTo === undefined ? [] : [context.remitTo])];
  return {
    kind: { code: 'invoice' },
    number: context.number,
    issuedOn: context.issuedOn,
    orderNumber: order.number,
    ...(orderedOn !== null && { orderedOn }),
    ...(order.release !== undefined && { release: order.release }),
    currency: order.currency ?? context.currency,
    ...(order.references !== undefined && { references: order.references }),
    ...(parties.length > 0 && { parties }),
    ...(terms !== undefined && terms.length > 0 && { terms: [...terms] }),
  };
}

/** The version of the order that is billed: the latest that any of the shipments fulfils. */
function changeOf(shipments: readonly ShippedGoods[]): Pick<Invoice, 'change'> {
  const change = shipments.findLast((one) => one.change !== null)?.change ?? null;
  return change === null ? {} : { change };
}

/** The shipment billed: its number and day; of several, the last day, and the number only when it is one. */
function shipmentOf(shipments: readonly ShippedGoods[]): Pick<Invoice, 'shipment'> {
  const [first] = shipments;
  if (first === undefined) return {};
  const shippedOn =
    shipments
      .map((one) => one.shippedOn)
      .toSorted()
      .at(-1) ?? first.shippedOn;
  const references = shipments.flatMap((one) => one.references ?? []);
  const { carrier } = first;
  return {
    shipment: {
      ...(shipments.length === 1 && { number: first.shipment }),
      shippedOn,
      ...(carrier !== undefined && {
        carriage: {
          ...(carrier.id !== undefined && { carrier: carrier.id }),
          ...(carrier.name !== undefined && { carrierName: carrier.name }),
        },
      }),
      ...(references.length > 0 && { references }),
    },
  };
}

/** What of these shipments is not billed yet, line by line: never more than the state says has left unbilled. */
export function billable(state: OrderState, shipped: readonly LineQuantity[]): readonly LineQuantity[] {
  const states = new Map(state.lines.map((line) => [line.line, line]));
  return [...sumByLine(shipped)].flatMap(([key, quantity]) => {
    const line = states.get(key);
    if (line === undefined) return [];
    const open = subtractDecimals(line.shipped, line.invoiced);
    const least = compareDecimals(open, quantity) < 0 ? open : quantity;
    return compareDecimals(least, '0') > 0 ? [{ line: key, quantity: addDecimals(least) }] : [];
  });
}
