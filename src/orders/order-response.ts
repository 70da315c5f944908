import type { LocalDate, LocalDateTime } from '../core/local-date.ts';
import type { Order } from '../documents/order.ts';
import type { LinePromise, OrderResponse, OrderResponseLine } from '../documents/order-response.ts';
import type { LineDecision, LinePromiseMade, OrderDecision } from './decision.ts';
import { type KeyedLine, linesByKey } from './lines.ts';
import { PROMISED_DATE } from './words.ts';

export interface ResponseContext {
  readonly respondedOn: LocalDate | LocalDateTime;
  /** Our own number of this answer, where partners want one. */
  readonly number?: string;
  /** The currency of an order that names none. */
  readonly currency?: string;
}

/**
 * The answer to an order: its header echoed, each line as ordered with the acknowledged price and what we promise of it.
 * Buyers tie our answer to their order by what they sent, so nothing of theirs is left out but their texts, which speak to us.
 */
export function toOrderResponse(order: Order, decision: OrderDecision, context: ResponseContext): OrderResponse {
  const lines = linesByKey(order);
  return {
    ...responseHeader(order, context),
    purpose: { code: 'original' },
    verdict: { code: decision.verdict },
    lines: decision.lines.flatMap((decided) => {
      const keyed = lines.get(decided.line);
      return keyed === undefined ? [] : [responseLine(keyed, decided)];
    }),
  };
}

/** What every answer repeats of the order it is about. */
export function responseHeader(
  order: Order,
  context: ResponseContext,
): Omit<OrderResponse, 'purpose' | 'verdict' | 'lines'> {
  const currency = order.currency ?? context.currency;
  return {
    ...(context.number !== undefined && { number: context.number }),
    orderNumber: order.number,
    ...(order.release !== undefined && { release: order.release }),
    ...(order.orderedOn !== undefined && { orderedOn: order.orderedOn }),
    respondedOn: context.respondedOn,
    ...(order.contract !== undefined && { contract: order.contract }),
    ...(currency !== undefined && { currency }),
    ...(order.references !== undefined && { references: order.references }),
    ...(order.dates !== undefined && { dates: order.dates }),
    ...(order.parties !== undefined && { parties: order.parties }),
    ...(order.terms !== undefined && { terms: order.terms }),
    ...(order.carriage !== undefined && { carriage: order.carriage }),
  };
}

function responseLine({ line }: KeyedLine, decided: LineDecision): OrderResponseLine {
  return {
    ...(line.number !== undefined && { number: line.number }),
    ...(line.quantity !== undefined && { quantity: line.quantity }),
    ...(decided.price !== null && { price: decided.price }),
    ...(line.products !== undefined && { products: line.products }),
    ...(line.description !== undefined && { description: line.description }),
    promises: decided.promises.map((promise) => responsePromise(promise, line.quantity)),
  };
}

export function responsePromise(promise: LinePromiseMade, ordered: OrderResponseLine['quantity']): LinePromise {
  const { status, quantity, on, price, products } = promise;
  return {
    status: { code: status },
    // What was ordered without a quantity cannot be answered with one.
    ...(ordered !== undefined && { quantity }),
    ...(ordered?.unit !== undefined && { unit: ordered.unit }),
    ...(on !== null && { date: { kind: { code: PROMISED_DATE }, on } }),
    ...(price !== null && { price }),
    ...(products !== null && { products: [...products] }),
  };
}
