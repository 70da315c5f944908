import { type Static, Type } from 'typebox';
import {
  Carriage,
  Coded,
  Component,
  DatedEntry,
  DecimalText,
  Feature,
  Identifier,
  LocalDateText,
  LocalDateTimeText,
  Measurement,
  object,
  PackSpec,
  Party,
  ProductId,
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
  weightKind: Type.Optional(Coded),
  weight: Type.Optional(Quantity),
  /** Other numbers on the label: a carrier's tracking number, a carton number; `to` ends a range. */
  marks: Type.Optional(Type.Array(object({ kind: Coded, value: Text, to: Type.Optional(Text) }))),
  contents: Type.Optional(PackSpec),
  measurements: Type.Optional(Type.Array(Measurement)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  parties: Type.Optional(Type.Array(Party)),
  references: Type.Optional(Type.Array(Reference)),
});

/** So much of one order line, in these packs. Several packs: the quantity lies in all of them together. */
export const Content = object({
  order: Type.Optional(Text),
  line: Type.Optional(Text),
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  features: Type.Optional(Type.Array(Feature)),
  quantity: Quantity,
  /** All that has left of the line so far, this shipment included. */
  shippedSoFar: Type.Optional(DecimalText),
  ordered: Type.Optional(Quantity),
  status: Type.Optional(Coded),
  pack: Type.Optional(PackSpec),
  measurements: Type.Optional(Type.Array(Measurement)),
  components: Type.Optional(Type.Array(Component)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  references: Type.Optional(Type.Array(Reference)),
  packs: Type.Optional(Type.Array(Text)),
});

/** What left, flat: the one form from which every hierarchy of levels can be written. */
export const ShipNotice = object({
  number: Text,
  purpose: Coded,
  structure: Type.Optional(Coded),
  createdAt: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  dates: Type.Optional(Type.Array(DatedEntry)),
  shipment: object({
    shippedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
    deliverOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
    dates: Type.Optional(Type.Array(DatedEntry)),
    carriage: Type.Optional(Carriage),
    equipment: Type.Optional(Identifier),
    equipmentOwner: Type.Optional(Text),
    seal: Type.Optional(Text),
    packaging: Type.Optional(Coded),
    packages: Type.Optional(DecimalText),
    weightKind: Type.Optional(Coded),
    weight: Type.Optional(Quantity),
    volume: Type.Optional(Quantity),
    measurements: Type.Optional(Type.Array(Measurement)),
    references: Type.Optional(Type.Array(Reference)),
    parties: Type.Optional(Type.Array(Party)),
    contacts: Type.Optional(Party.properties.contacts),
  }),
  orders: Type.Array(
    object({
      number: Text,
      release: Type.Optional(Text),
      change: Type.Optional(Text),
      orderedOn: Type.Optional(LocalDateText),
      contract: Type.Optional(Text),
      kind: Type.Optional(Coded),
      packaging: Type.Optional(Coded),
      packages: Type.Optional(DecimalText),
      weightKind: Type.Optional(Coded),
      weight: Type.Optional(Quantity),
      dates: Type.Optional(Type.Array(DatedEntry)),
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
