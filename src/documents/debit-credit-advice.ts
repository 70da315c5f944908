import { type Static, Type } from 'typebox';
import {
  Charge,
  Coded,
  CurrencyText,
  DatedEntry,
  DecimalText,
  LocalDateText,
  OtherPrice,
  object,
  PackSpec,
  Party,
  PaymentTerm,
  ProductId,
  Quantity,
  Reference,
  Text,
} from './parts.ts';

/** One thing that is claimed, or given: why, how much, of what. Amounts are not signed: `direction` says which way. */
export const DebitCreditLine = object({
  reason: Coded,
  direction: Coded,
  number: Type.Optional(Text),
  amount: Type.Optional(DecimalText),
  quantity: Type.Optional(Quantity),
  priceDifference: Type.Optional(DecimalText),
  /** What was billed and what should have been. */
  prices: Type.Optional(Type.Array(OtherPrice)),
  products: Type.Optional(Type.Array(ProductId)),
  pack: Type.Optional(PackSpec),
  charges: Type.Optional(Type.Array(Charge)),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  /** The stores it is about. */
  stores: Type.Optional(
    Type.Array(object({ number: Text, location: Type.Optional(Text), reference: Type.Optional(Text) })),
  ),
});

/** A buyer's claim on us, or what a seller gives back: announced before the money that settles it, or instead of it. */
export const DebitCreditAdvice = object({
  number: Text,
  issuedOn: LocalDateText,
  direction: Coded,
  handling: Type.Optional(Coded),
  amount: DecimalText,
  purpose: Type.Optional(Coded),
  invoiceNumber: Type.Optional(Text),
  invoicedOn: Type.Optional(LocalDateText),
  orderNumber: Type.Optional(Text),
  orderedOn: Type.Optional(LocalDateText),
  supplierOrder: Type.Optional(Text),
  reference: Type.Optional(Reference),
  currency: Type.Optional(CurrencyText),
  exchangeRate: Type.Optional(DecimalText),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  contacts: Type.Optional(Party.properties.contacts),
  terms: Type.Optional(Type.Array(PaymentTerm)),
  charges: Type.Optional(Type.Array(Charge)),
  lines: Type.Optional(Type.Array(DebitCreditLine)),
});

export type DebitCreditAdvice = Static<typeof DebitCreditAdvice>;
export type DebitCreditLine = Static<typeof DebitCreditLine>;
