import { type Static, Type } from 'typebox';
import {
  Charge,
  Coded,
  CurrencyText,
  DatedEntry,
  Feature,
  Measurement,
  OtherPrice,
  object,
  PackSpec,
  Party,
  PaymentTerm,
  ProductId,
  Reference,
  Text,
} from './parts.ts';

/** A product on offer: what it is, how it is packed, what it costs and from when. */
export const CatalogueLine = object({
  number: Type.Optional(Text),
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  features: Type.Optional(Type.Array(Feature)),
  measurements: Type.Optional(Type.Array(Measurement)),
  pack: Type.Optional(PackSpec),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
  charges: Type.Optional(Type.Array(Charge)),
  prices: Type.Optional(Type.Array(object({ ...OtherPrice.properties, dates: Type.Optional(Type.Array(DatedEntry)) }))),
  parties: Type.Optional(Type.Array(Party)),
});

/** What a seller sells, at which prices. */
export const PriceCatalogue = object({
  number: Type.Optional(Text),
  version: Type.Optional(Text),
  revision: Type.Optional(Text),
  kind: Coded,
  purpose: Type.Optional(Coded),
  title: Type.Optional(Text),
  currency: Type.Optional(CurrencyText),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  contacts: Type.Optional(Party.properties.contacts),
  terms: Type.Optional(Type.Array(PaymentTerm)),
  charges: Type.Optional(Type.Array(Charge)),
  lines: Type.Array(CatalogueLine),
});

export type PriceCatalogue = Static<typeof PriceCatalogue>;
export type CatalogueLine = Static<typeof CatalogueLine>;
