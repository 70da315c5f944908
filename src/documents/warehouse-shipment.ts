import { type Static, Type } from 'typebox';
import {
  Carriage,
  Coded,
  DatedEntry,
  DecimalText,
  FreeText,
  LocalDateText,
  object,
  Party,
  ProductId,
  Quantity,
  Reference,
  Text,
} from './parts.ts';

/** What became of one line: how much was wanted, how much left, in which cartons. */
export const WarehouseShipmentLine = object({
  number: Type.Optional(Text),
  status: Coded,
  ordered: Type.Optional(DecimalText),
  quantity: Quantity,
  difference: Type.Optional(DecimalText),
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  weight: Type.Optional(object({ value: DecimalText, kind: Type.Optional(Coded), unit: Type.Optional(Coded) })),
  marks: Type.Optional(Type.Array(object({ kind: Coded, value: Text, to: Type.Optional(Text) }))),
  sscc: Type.Optional(Type.String({ pattern: '^\\d{18}$' })),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
});

/** What a warehouse shipped of an order it had. */
export const WarehouseShipment = object({
  report: Coded,
  orderNumber: Type.Optional(Text),
  number: Type.Optional(Text),
  shippedOn: Type.Optional(LocalDateText),
  shipment: Type.Optional(Text),
  buyerOrder: Type.Optional(Text),
  parties: Type.Optional(Type.Array(Party)),
  references: Type.Optional(Type.Array(Reference)),
  contacts: Type.Optional(Party.properties.contacts),
  dates: Type.Optional(Type.Array(DatedEntry)),
  texts: Type.Optional(Type.Array(FreeText)),
  carriage: Type.Optional(Carriage),
  lines: Type.Array(WarehouseShipmentLine),
  totals: Type.Optional(object({ quantity: DecimalText, weight: Type.Optional(Quantity) })),
});

export type WarehouseShipment = Static<typeof WarehouseShipment>;
export type WarehouseShipmentLine = Static<typeof WarehouseShipmentLine>;
