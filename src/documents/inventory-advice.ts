import { type Static, Type } from 'typebox';
import {
  Coded,
  CurrencyText,
  DatedEntry,
  DecimalText,
  Feature,
  LocalDateText,
  LocalDateTimeText,
  OtherPrice,
  object,
  Party,
  ProductId,
  Reference,
  Text,
} from './parts.ts';

/** How much there is of a product, of each sort: on hand, committed, expected on a day. */
export const InventoryLine = object({
  number: Type.Optional(Text),
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  features: Type.Optional(Type.Array(Feature)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  prices: Type.Optional(Type.Array(OtherPrice)),
  references: Type.Optional(Type.Array(Reference)),
  quantities: Type.Optional(
    Type.Array(
      object({
        kind: Coded,
        value: Type.Optional(DecimalText),
        unit: Type.Optional(Coded),
        dates: Type.Optional(Type.Array(DatedEntry)),
      }),
    ),
  ),
  parties: Type.Optional(Type.Array(Party)),
});

/** What somebody has, or could ship. */
export const InventoryAdvice = object({
  number: Text,
  purpose: Coded,
  kind: Coded,
  issuedOn: Type.Union([LocalDateText, LocalDateTimeText]),
  currency: Type.Optional(CurrencyText),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
  parties: Type.Optional(Type.Array(Party)),
  contacts: Type.Optional(Party.properties.contacts),
  lines: Type.Array(InventoryLine),
});

export type InventoryAdvice = Static<typeof InventoryAdvice>;
export type InventoryLine = Static<typeof InventoryLine>;
