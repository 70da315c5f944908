import { addDecimals, isZeroDecimal } from '../core/decimal.ts';
import type { Order } from '../documents/order.ts';
import type { WarehouseShipment, WarehouseShipmentLine } from '../documents/warehouse-shipment.ts';
import { type KeyedLine, keyedLines } from './lines.ts';
import type { ShipmentRequest } from './ship.ts';

export type ShippedByWarehouse =
  | { readonly ok: true; readonly request: ShipmentRequest }
  | { readonly ok: false; readonly message: string };

/**
 * What a warehouse shipped (945) as the shipment of an order: its lines are told by the products they name, for a warehouse counts its lines itself.
 * Packs when every line has its label; else lines alone, for a label of ours would stand on no pack. Refused: a line that fits no line
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

const sharesProduct = ({ products = [] }: KeyedLine['line'], shipped: WarehouseShipmentLine): boolean =>
  (shipped.products ?? []).some(({ scheme, value }) =>
    products.some((ours) => ours.value === value && ours.scheme?.code === scheme?.code && scheme?.code !== undefined),
  );

/** One pack a label, several lines in it where they share one; or one sum a line. */
function packed(
  contents: readonly { line: string; quantity: string; sscc: string | undefined }[],
): Pick<ShipmentRequest, 'packs' | 'lines'> {
  const packs = new Map<string, { line: string; quantity: string }[]>();
  for (const { line, quantity, sscc } of contents) {
    if (sscc === undefined) {
      const sums = new Map<string, string>();
      for (const one of contents) sums.set(one.line, addDecimals(sums.get(one.line) ?? '0', one.quantity));
      return { lines: [...sums].map(([key, sum]) => ({ line: key, quantity: sum })) };
    }
    const pack = packs.get(sscc);
    if (pack === undefined) packs.set(sscc, [{ line, quantity }]);
    else pack.push({ line, quantity });
  }
  return { packs: [...packs].map(([sscc, inside]) => ({ sscc, contents: inside })) };
}
