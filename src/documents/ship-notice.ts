import { type Static, Type } from 'typebox';
import {
  Carriage,
  Coded,
  DatedEntry,
  DecimalText,
  Identifier,
  LocalDateText,
  LocalDateTimeText,
  object,
  Party,
  Quantity,
  Reference,
  Text,
} from './parts.ts';

/** A handling unit. `id` is ours within the document; `parent` names the pack it stands on or in. */
export const Pack = object({
  id: Text,
  parent: Type.Optional(Text),
  kind: Type.Union([Type.Literal('pallet'), Type.Literal('carton')]),
  sscc: Type.Optional(Type.String({ pattern: '^\\d{18}$' })),
  packaging: Type.Optional(Coded),
  weight: Type.Optional(Quantity),
  references: Type.Optional(Type.Array(Reference)),
});

/** So much of one order line, in these packs. Several packs: the quantity lies in all of them together. */
export const Content = object({
  order: Type.Optional(Text),
  line: Type.Optional(Text),
  products: Type.Optional(Type.Array(Identifier)),
  description: Type.Optional(Text),
  quantity: Quantity,
  ordered: Type.Optional(Quantity),
  packs: Type.Optional(Type.Array(Text)),
});

/** What left, flat: the one form from which every hierarchy of levels can be written. */
export const ShipNotice = object({
  number: Text,
  purpose: Coded,
  structure: Type.Optional(Coded),
  createdAt: Type.Optional(LocalDateTimeText),
  shipment: object({
    shippedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
    deliverOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
    dates: Type.Optional(Type.Array(DatedEntry)),
    carriage: Type.Optional(Carriage),
    equipment: Type.Optional(Identifier),
    packaging: Type.Optional(Coded),
    packages: Type.Optional(DecimalText),
    weight: Type.Optional(Quantity),
    references: Type.Optional(Type.Array(Reference)),
    parties: Type.Optional(Type.Array(Party)),
  }),
  orders: Type.Array(
    object({
      number: Text,
      release: Type.Optional(Text),
      orderedOn: Type.Optional(LocalDateText),
      references: Type.Optional(Type.Array(Reference)),
      parties: Type.Optional(Type.Array(Party)),
    }),
  ),
  packs: Type.Optional(Type.Array(Pack)),
  contents: Type.Array(Content),
});

export type ShipNotice = Static<typeof ShipNotice>;
export type Pack = Static<typeof Pack>;
export type Content = Static<typeof Content>;
