import { type Static, Type } from 'typebox';
import { Carriage, Coded, DatedEntry, FreeText, object, Party, ProductId, Quantity, Reference, Text } from './parts.ts';

/** So much of a product to be picked. */
export const WarehouseOrderLine = object({
  number: Type.Optional(Text),
  quantity: Quantity,
  products: Type.Optional(Type.Array(ProductId)),
  description: Type.Optional(Text),
  references: Type.Optional(Type.Array(Reference)),
  dates: Type.Optional(Type.Array(DatedEntry)),
  texts: Type.Optional(Type.Array(FreeText)),
});

/** What a warehouse shall ship for the owner of the goods. */
export const WarehouseOrder = object({
  status: Coded,
  number: Text,
  orderNumber: Type.Optional(Text),
  parties: Type.Optional(Type.Array(Party)),
  references: Type.Optional(Type.Array(Reference)),
  contacts: Type.Optional(Party.properties.contacts),
  dates: Type.Optional(Type.Array(DatedEntry)),
  texts: Type.Optional(Type.Array(FreeText)),
  carriage: Type.Optional(Carriage),
  lines: Type.Array(WarehouseOrderLine),
  total: Type.Optional(Quantity),
});

export type WarehouseOrder = Static<typeof WarehouseOrder>;
export type WarehouseOrderLine = Static<typeof WarehouseOrderLine>;
