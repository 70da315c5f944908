import { type Static, Type } from 'typebox';
import {
  Coded,
  DatedEntry,
  DecimalText,
  LocalDateText,
  LocalDateTimeText,
  object,
  Party,
  Price,
  ProductId,
  Quantity,
  Reference,
  Text,
} from './parts.ts';

/** How it stands with so much of a line, and since or until when. */
export const LineStanding = object({
  status: Coded,
  on: Type.Optional(LocalDateText),
  reason: Type.Optional(Coded),
  quantities: Type.Optional(Type.Array(object({ kind: Coded, value: DecimalText, unit: Type.Optional(Coded) }))),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
});

/** How it stands with orders, asked for or told unasked. */
export const OrderStatus = object({
  number: Text,
  purpose: Type.Optional(Coded),
  kind: Coded,
  scope: Coded,
  issuedOn: Type.Union([LocalDateText, LocalDateTimeText]),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
  parties: Type.Optional(Type.Array(Party)),
  orders: Type.Array(
    object({
      number: Text,
      release: Type.Optional(Text),
      change: Type.Optional(Text),
      orderedOn: Type.Optional(LocalDateText),
      contract: Type.Optional(Text),
      dates: Type.Optional(Type.Array(DatedEntry)),
      references: Type.Optional(Type.Array(Reference)),
      parties: Type.Optional(Type.Array(Party)),
    }),
  ),
  lines: Type.Array(
    object({
      order: Type.Optional(Text),
      number: Type.Optional(Text),
      quantity: Type.Optional(Quantity),
      price: Type.Optional(Price),
      products: Type.Optional(Type.Array(ProductId)),
      description: Type.Optional(Text),
      standings: Type.Optional(Type.Array(LineStanding)),
    }),
  ),
});

export type OrderStatus = Static<typeof OrderStatus>;
