import { type Static, Type } from 'typebox';
import { Order, OrderLine } from './order.ts';
import { Coded, DecimalText, LocalDateText, LocalDateTimeText, object, Quantity, Text } from './parts.ts';

const { number: _number, lines: _lines, ...header } = Order.properties;

/** A line as it shall be, and what is to be done with it; `left` is what the buyer still awaits of it, told beside the quantity or in its place. */
export const OrderChangeLine = object({
  ...OrderLine.properties,
  quantity: Type.Optional(object({ value: Type.Optional(DecimalText), unit: Type.Optional(Coded) })),
  left: Type.Optional(Quantity),
});

/**
 * What a buyer wants changed in an order it sent. The header says what is new of the order, the lines name only what changes;
 * `orderNumber` is the order's, `number` the change's own.
 */
export const OrderChange = object({
  ...header,
  number: Type.Optional(Text),
  orderNumber: Text,
  /** The buyer's number for this request, when it has one beside the change's. */
  request: Type.Optional(Text),
  changedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  /** A reason for the whole change. */
  reason: Type.Optional(Coded),
  lines: Type.Optional(Type.Array(OrderChangeLine)),
});

export type OrderChange = Static<typeof OrderChange>;
export type OrderChangeLine = Static<typeof OrderChangeLine>;
