import { addDecimals, compareDecimals, isZeroDecimal, subtractDecimals, sumDecimals } from '../core/decimal.ts';
import type { Order } from '../documents/order.ts';
import type { Party } from '../documents/parts.ts';
import type { WarehouseOrder, WarehouseOrderLine } from '../documents/warehouse-order.ts';
import type { WarehouseShipment, WarehouseShipmentLine } from '../documents/warehouse-shipment.ts';
import { dayOf } from './dates.ts';
import { keyedLines, linesByKey } from './lines.ts';
import { type LineQuantity, sumByLine } from './order-state.ts';
import type { ShipmentRequest } from './ship.ts';

export type ShippedByWarehouse =
  | { readonly ok: true; readonly request: ShipmentRequest }
  | { readonly ok: false; readonly message: string };

/** How a warehouse is told of an order, and what of it. */
export interface WarehouseRelease {
  /** Ours of what we ask of it: its 945 gives it back (W0602). */
  readonly number: string;
  readonly lines: readonly LineQuantity[];
}

/** Where goods of an order may be sent to. Who buys and who pays is none of a warehouse's business. */
const GOES_TO: readonly string[] = ['ship-to', 'bill-and-ship-to', 'sold-and-ship-to', 'consignee'];

/** Days a warehouse can be told; the rest of an order's are between buyer and us. */
const TOLD_DAYS: ReadonlySet<string> = new Set([
  'delivery-requested',
  'ship-requested',
  'ship-not-before',
  'ship-not-after',
  'deliver-not-before',
  'deliver-not-after',
]);

/** What a warehouse shall ship of an order (940): so much of which lines, to whom, by when. */
export function toWarehouseOrder(order: Order, { number, lines }: WarehouseRelease): WarehouseOrder {
  const known = linesByKey(order);
  const [to] = GOES_TO.flatMap((role) => order.parties?.find((party) => party.role.code === role) ?? []);
  const orderedOn = order.orderedOn === undefined ? null : dayOf(order.orderedOn);
  const days = (order.dates ?? []).flatMap(({ kind, at }) => {
    const day = dayOf(at);
    return day !== null && TOLD_DAYS.has(kind.code ?? '') ? [{ kind: { code: kind.code ?? '' }, at: day }] : [];
  });
  return {
    status: { code: 'original' },
    number,
    orderNumber: order.number,
    ...(to !== undefined && { parties: [receiving(to)] }),
    ...(orderedOn !== null || days.length > 0
      ? { dates: [...(orderedOn === null ? [] : [{ kind: { code: 'order' }, at: orderedOn }]), ...days] }
      : {}),
    lines: [...sumByLine(lines)].flatMap(([key, quantity], index) => {
      const line = known.get(key)?.line;
      if (line === undefined) return [];
      const { products, description } = line;
      const unit = line.quantity?.unit;
      return [
        {
          number: String(index + 1),
          quantity: { value: quantity, ...(unit !== undefined && { unit }) },
          ...(products !== undefined && { products: products.slice(0, productsMax) }),
          ...(description !== undefined && { description }),
        },
      ];
    }),
  };
}
/** A W01 has room for three. */
const productsMax = 3;

const receiving = ({ name, ids, moreNames, address }: Party): Party => ({
  role: { code: 'ship-to' },
  ...(name !== undefined && { name }),
  ...(ids !== undefined && { ids: ids.slice(0, 1) }),
  ...(moreNames !== undefined && { moreNames }),
  ...(address !== undefined && { address }),
});

/**
 * What a warehouse shipped (945) as the shipment of an order: its lines are told by the products they name, for a warehouse counts its lines itself.
 * Labelled goods are packs, the rest is loose beside them, for a label of ours would stand on no pack. Refused: a line that fits no line
 * of the order, or several, and a shipment of nothing.
 */
export function shipmentOfWarehouse(order: Order, shipped: WarehouseShipment): ShippedByWarehouse {
  const lines = keyedLines(order);
  const contents: { line: string; quantity: string; sscc: string | undefined }[] = [];
  for (const [index, one] of shipped.lines.entries()) {
    if (isZeroDecimal(one.quantity.value)) continue;
    const fitting = lines.filter(({ line }) => sharesProduct(line, one));
    const [only, ...more] = fitting;
    const name = one.number ?? String(index + 1);
    if (only === undefined || more.length > 0)
      return {
        ok: false,
        message: `Line ${name} of the warehouse fits ${fitting.length === 0 ? 'no line' : 'several lines'} of order ${order.number}.`,
      };
    contents.push({ line: only.key, quantity: one.quantity.value, sscc: one.sscc });
  }
  const number = shipped.shipment ?? shipped.number ?? shipped.orderNumber;
  if (contents.length === 0) return { ok: false, message: `The warehouse shipped nothing of order ${order.number}.` };
  if (number === undefined) return { ok: false, message: 'The warehouse gives its shipment no number.' };
  const { carrier } = shipped.carriage ?? {};
  return {
    ok: true,
    request: {
      shipment: number,
      ...(shipped.shippedOn !== undefined && { shippedOn: shipped.shippedOn }),
      ...(carrier !== undefined && { carrier: { id: carrier } }),
      ...(shipped.references !== undefined && { references: shipped.references }),
      ...packed(contents),
    },
  };
}

/**
 * Which of the 940s a warehouse was sent a 945 is about. It says our number of it (W0602), which then must be ours, whatever order of the buyer's it
 * names beside; without it the buyer's number is enough only where one 940 bears it. Takes those that bear either number; gives one, or why none.
 */
export function releaseMeant<Release extends { readonly orderId: string; readonly body: WarehouseOrder }>(
  releases: readonly Release[],
  { orderNumber, buyerOrder }: Pick<WarehouseShipment, 'orderNumber' | 'buyerOrder'>,
): { readonly ok: true; readonly release: Release } | { readonly ok: false; readonly message: string } {
  const refused = (message: string) => ({ ok: false, message }) as const;
  const named = releases.filter(({ body }) =>
    orderNumber === undefined ? body.orderNumber === buyerOrder : body.number === orderNumber,
  );
  const numbers = [orderNumber, buyerOrder].flatMap((one) => one ?? []).join(' or ');
  const [release, ...others] = named;
  if (release === undefined) return refused(`The warehouse shipped ${numbers}, which we never told it to ship.`);
  if (new Set(named.map(({ orderId }) => orderId)).size > 1)
    return refused(`Several orders are called ${numbers}; which was shipped cannot be told.`);
  if (others.length > 0) {
    const all = named.map(({ body }) => body.number).join(', ');
    return refused(`Of order ${numbers} the warehouse was told ${all}; which of them was shipped it does not say.`);
  }
  const { number, orderNumber: buyers } = release.body;
  if (buyerOrder !== undefined && buyers !== undefined && buyerOrder !== buyers)
    return refused(`The warehouse shipped ${number} for order ${buyerOrder}; we told it to ship that for ${buyers}.`);
  return { ok: true, release };
}

/**
 * Why a 945 ships what its 940 did not ask for, or more than is left of it; null when it does not. `earlier`: what was shipped of this 940 before.
 * Two 940s of one order are two errands: the goods of one are not to be taken for those of the other.
 */
export function beyondRelease(
  { number, lines }: WarehouseOrder,
  earlier: readonly WarehouseShipment[],
  shipped: WarehouseShipment,
): string | null {
  const quantityOf = (shipment: WarehouseShipment, line: WarehouseOrderLine) =>
    sumDecimals(shipment.lines.filter((one) => sharesProduct(line, one)).map(({ quantity }) => quantity.value));
  for (const [index, one] of shipped.lines.entries()) {
    if (isZeroDecimal(one.quantity.value) || lines.some((line) => sharesProduct(line, one))) continue;
    return `Line ${one.number ?? index + 1} of the warehouse is no goods of ${number}, which it says it shipped.`;
  }
  for (const line of lines) {
    const now = quantityOf(shipped, line);
    const same = lines.filter((other) => sharesProduct(line, other));
    const asked = sumDecimals(same.map(({ quantity }) => quantity.value));
    const open = subtractDecimals(asked, sumDecimals(earlier.map((shipment) => quantityOf(shipment, line))));
    if (compareDecimals(now, '0') > 0 && compareDecimals(now, open) > 0)
      return `The warehouse shipped ${now} of line ${line.number ?? '?'} of ${number}; ${open} of it may still leave.`;
  }
  return null;
}

const sharesProduct = (
  { products = [] }: Pick<WarehouseOrderLine, 'products'>,
  shipped: Pick<WarehouseShipmentLine, 'products'>,
): boolean =>
  (shipped.products ?? []).some(({ scheme, value }) =>
    products.some((ours) => ours.value === value && ours.scheme?.code === scheme?.code && scheme?.code !== undefined),
  );

/** One pack a label, several lines in it where they share one. What has no label left beside them, loose; without any label there are lines alone. */
function packed(
  contents: readonly { line: string; quantity: string; sscc: string | undefined }[],
): Pick<ShipmentRequest, 'packs' | 'lines' | 'loose'> {
  const packs = new Map<string, { line: string; quantity: string }[]>();
  const sums = new Map<string, string>();
  for (const { line, quantity, sscc } of contents) {
    const pack = sscc === undefined ? undefined : packs.get(sscc);
    if (sscc === undefined) sums.set(line, addDecimals(sums.get(line) ?? '0', quantity));
    else if (pack === undefined) packs.set(sscc, [{ line, quantity }]);
    else pack.push({ line, quantity });
  }
  const unlabelled = [...sums].map(([line, quantity]) => ({ line, quantity }));
  if (packs.size === 0) return { lines: unlabelled };
  return {
    packs: [...packs].map(([sscc, inside]) => ({ sscc, contents: inside })),
    ...(unlabelled.length > 0 && { loose: unlabelled }),
  };
}
