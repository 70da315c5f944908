import { type Static, Type } from 'typebox';
import {
  Carriage,
  Charge,
  Coded,
  CurrencyText,
  DatedEntry,
  DecimalText,
  FreeText,
  Identifier,
  LocalDateText,
  object,
  Party,
  PaymentTerm,
  Price,
  Quantity,
  Reference,
  Tax,
  Text,
} from './parts.ts';

export const InvoiceLine = object({
  number: Type.Optional(Text),
  orderNumber: Type.Optional(Text),
  orderLine: Type.Optional(Text),
  quantity: Type.Optional(Quantity),
  price: Type.Optional(Price),
  products: Type.Optional(Type.Array(Identifier)),
  description: Type.Optional(Text),
  charges: Type.Optional(Type.Array(Charge)),
  taxes: Type.Optional(Type.Array(Tax)),
  references: Type.Optional(Type.Array(Reference)),
  amount: Type.Optional(DecimalText),
});

/** What is owed, or given back: amounts are never negative, `kind` says which way they go. */
export const Invoice = object({
  kind: Type.Optional(Coded),
  number: Text,
  purpose: Type.Optional(Coded),
  issuedOn: LocalDateText,
  orderNumber: Type.Optional(Text),
  orderedOn: Type.Optional(LocalDateText),
  release: Type.Optional(Text),
  currency: Type.Optional(CurrencyText),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  shipment: Type.Optional(
    object({
      number: Type.Optional(Text),
      shippedOn: Type.Optional(LocalDateText),
      carriage: Type.Optional(Carriage),
      references: Type.Optional(Type.Array(Reference)),
      quantity: Type.Optional(Quantity),
      weight: Type.Optional(Quantity),
    }),
  ),
  parties: Type.Optional(Type.Array(Party)),
  terms: Type.Optional(Type.Array(PaymentTerm)),
  texts: Type.Optional(Type.Array(FreeText)),
  lines: Type.Array(InvoiceLine),
  charges: Type.Optional(Type.Array(Charge)),
  taxes: Type.Optional(Type.Array(Tax)),
  totals: object({
    due: DecimalText,
    discountable: Type.Optional(DecimalText),
    discounted: Type.Optional(DecimalText),
    discount: Type.Optional(DecimalText),
    lines: Type.Optional(DecimalText),
    charges: Type.Optional(DecimalText),
    taxable: Type.Optional(DecimalText),
    tax: Type.Optional(DecimalText),
  }),
});

export type Invoice = Static<typeof Invoice>;
export type InvoiceLine = Static<typeof InvoiceLine>;
