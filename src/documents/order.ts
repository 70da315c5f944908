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
  LocalDateTimeText,
  object,
  PackSpec,
  Party,
  PaymentTerm,
  Price,
  Quantity,
  Reference,
  Tax,
  Text,
} from './parts.ts';

const Allocation = object({
  location: Text,
  scheme: Type.Optional(Coded),
  quantity: DecimalText,
  unit: Type.Optional(Coded),
});

const Delivery = object({ on: LocalDateText, quantity: DecimalText, unit: Type.Optional(Coded) });

const Component = object({
  number: Type.Optional(Text),
  products: Type.Optional(Type.Array(Identifier)),
  quantity: Type.Optional(Quantity),
  price: Type.Optional(Price),
});

export const OrderLine = object({
  number: Type.Optional(Text),
  parentLine: Type.Optional(Text),
  action: Type.Optional(Coded),
  quantity: Type.Optional(Quantity),
  price: Type.Optional(Price),
  products: Type.Optional(Type.Array(Identifier)),
  description: Type.Optional(Text),
  pack: Type.Optional(PackSpec),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
  charges: Type.Optional(Type.Array(Charge)),
  taxes: Type.Optional(Type.Array(Tax)),
  allocations: Type.Optional(Type.Array(Allocation)),
  schedule: Type.Optional(Type.Array(Delivery)),
  components: Type.Optional(Type.Array(Component)),
  texts: Type.Optional(Type.Array(FreeText)),
  amount: Type.Optional(DecimalText),
});

/** What a buyer wants. Everything a partner expects echoed later is here. */
export const Order = object({
  number: Text,
  release: Type.Optional(Text),
  purpose: Coded,
  kind: Type.Optional(Coded),
  orderedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  contract: Type.Optional(Text),
  currency: Type.Optional(CurrencyText),
  department: Type.Optional(Text),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  contacts: Type.Optional(Party.properties.contacts),
  terms: Type.Optional(Type.Array(PaymentTerm)),
  carriage: Type.Optional(Carriage),
  charges: Type.Optional(Type.Array(Charge)),
  taxes: Type.Optional(Type.Array(Tax)),
  texts: Type.Optional(Type.Array(FreeText)),
  lines: Type.Array(OrderLine),
  totals: Type.Optional(object({ amount: Type.Optional(DecimalText) })),
});

export type Order = Static<typeof Order>;
export type OrderLine = Static<typeof OrderLine>;
