import { type Static, Type } from 'typebox';
import { Order, OrderLine } from './order.ts';
import {
  Allocation,
  Carriage,
  Charge,
  Coded,
  CurrencyText,
  DatedEntry,
  DecimalText,
  Delivery,
  Feature,
  FreeText,
  LocalDateText,
  LocalDateTimeText,
  object,
  PackSpec,
  Party,
  PaymentTerm,
  Price,
  ProductId,
  Quantity,
  Reference,
  Text,
} from './parts.ts';

/** What we say of part of a line. The quantities of a line's promises add up to what was ordered. */
export const LinePromise = object({
  status: Coded,
  quantity: Type.Optional(DecimalText),
  unit: Type.Optional(Coded),
  date: Type.Optional(object({ kind: Type.Optional(Coded), on: LocalDateText })),
  price: Type.Optional(Price),
  products: Type.Optional(Type.Array(ProductId)),
  reference: Type.Optional(Text),
  dates: Type.Optional(Type.Array(DatedEntry)),
  reason: Type.Optional(Coded),
});

/** What a response may repeat of the order's line as it stood. */
const { parentLine, measurements, quantities, amount, terms, prices, taxes, carriage } = OrderLine.properties;

export const OrderResponseLine = object({
  number: Type.Optional(Text),
  parentLine,
  /** What was to be done with the line, when this answers a change. */
  action: Type.Optional(Coded),
  quantity: Type.Optional(Quantity),
  /** What is still to leave of it, and what has left. */
  left: Type.Optional(Quantity),
  shipped: Type.Optional(Quantity),
  price: Type.Optional(Price),
  prices,
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  features: Type.Optional(Type.Array(Feature)),
  quantities,
  measurements,
  pack: Type.Optional(PackSpec),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
  charges: Type.Optional(Type.Array(Charge)),
  allocations: Type.Optional(Type.Array(Allocation)),
  schedule: Type.Optional(Type.Array(Delivery)),
  parties: Type.Optional(Type.Array(Party)),
  promises: Type.Optional(Type.Array(LinePromise)),
  texts: Type.Optional(Type.Array(FreeText)),
  terms,
  taxes,
  carriage,
  amount,
});

/** Our answer to an order: a verdict over the whole and promises per line. */
export const OrderResponse = object({
  number: Type.Optional(Text),
  purpose: Coded,
  verdict: Coded,
  orderNumber: Text,
  release: Type.Optional(Text),
  orderedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  respondedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  contract: Type.Optional(Text),
  /** The number of the buyer's change that this answers. */
  change: Type.Optional(Text),
  /** The buyer's number for what this answers, when it is not the order's. */
  request: Type.Optional(Text),
  currency: Type.Optional(CurrencyText),
  exchangeRate: Order.properties.exchangeRate,
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  terms: Type.Optional(Type.Array(PaymentTerm)),
  contacts: Type.Optional(Party.properties.contacts),
  carriage: Type.Optional(Carriage),
  charges: Type.Optional(Type.Array(Charge)),
  taxes: Order.properties.taxes,
  texts: Type.Optional(Type.Array(FreeText)),
  lines: Type.Array(OrderResponseLine),
  totals: Type.Optional(object({ amount: Type.Optional(DecimalText) })),
});

export type OrderResponse = Static<typeof OrderResponse>;
export type OrderResponseLine = Static<typeof OrderResponseLine>;
export type LinePromise = Static<typeof LinePromise>;
