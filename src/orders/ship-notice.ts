import { compareDecimals } from '../core/decimal.ts';
import type { LocalDate, LocalDateTime } from '../core/local-date.ts';
import type { Order } from '../documents/order.ts';
import type { Carriage, Coded, Party } from '../documents/parts.ts';
import type { Content, Pack, ShipNotice } from '../documents/ship-notice.ts';
import { dayOf } from './dates.ts';
import { type KeyedLine, linesByKey } from './lines.ts';
import {
  looseLines,
  type NamedPack,
  namedPacks,
  type ShipmentRequest,
  type ShippedLine,
  shippedLines,
} from './ship.ts';

export interface ShipNoticeContext {
  /** The number of the notice: usually the shipment's. */
  readonly number: string;
  readonly createdAt: LocalDateTime;
  /** The day it left, when the request does not say. */
  readonly shippedOn: LocalDate;
  /** As many as `ssccsWanted` says, in the order of the packs; fewer when the company has no GS1 prefix. */
  readonly ssccs: readonly string[];
  /** Per order number, the buyer's change that made the version shipped. */
  readonly changes?: ReadonlyMap<string, string>;
  readonly structure?: Coded;
  readonly shipFrom?: Party;
}

/** Roles of an order's parties that a ship notice repeats in its header: where it goes, and who bought. */
const SHIPMENT_ROLES: ReadonlySet<string> = new Set([
  'ship-to',
  'bill-and-ship-to',
  'sold-and-ship-to',
  'consignee',
  'carrier',
]);

/**
 * The notice of what left. Takes the orders it ships (the one it is posted to first), the checked request and what flows have allocated;
 * gives the flat form: packs, and contents that point at them. Equal lines in one pack become one content.
 */
export function toShipNotice(
  orders: readonly Order[],
  request: ShipmentRequest,
  context: ShipNoticeContext,
): ShipNotice {
  const home = orders[0]?.number ?? '';
  const lines = shippedLines(request, home);
  const shipped = new Set(lines.map(({ order }) => order));
  const named = orders.filter(({ number }) => shipped.has(number));
  const packs = namedPacks(request, home);
  const outermost = packs.filter(({ parent }) => parent === null);
  return {
    number: context.number,
    purpose: { code: 'original' },
    ...(context.structure !== undefined && { structure: context.structure }),
    createdAt: context.createdAt,
    shipment: {
      shippedOn: request.shippedOn ?? context.shippedOn,
      ...(request.deliverOn !== undefined && { deliverOn: request.deliverOn }),
      ...carriageOf(request, named),
      ...(outermost.length > 0 && { packages: `${outermost.length}` }),
      ...(request.weight !== undefined && { weight: request.weight }),
      ...(request.references !== undefined && { references: request.references }),
      ...partiesOf(named, context.shipFrom),
    },
    orders: named.map((order) => noticedOrder(order, context.changes?.get(order.number))),
    ...(packs.length > 0 && { packs: noticedPacks(packs, context.ssccs) }),
    contents: contentsOf(named, packs, lines, looseLines(request, home)),
  };
}

const noticedOrder = (order: Order, change: string | undefined): ShipNotice['orders'][number] => {
  const orderedOn = order.orderedOn === undefined ? null : dayOf(order.orderedOn);
  return {
    number: order.number,
    ...(order.release !== undefined && { release: order.release }),
    ...(change !== undefined && { change }),
    ...(orderedOn !== null && { orderedOn }),
    ...(order.references !== undefined && { references: order.references }),
  };
};

/** The carrier that came, else what the order asked for. */
function carriageOf(request: ShipmentRequest, orders: readonly Order[]): { carriage?: Carriage } {
  const { carrier } = request;
  const asked = orders[0]?.carriage;
  if (carrier === undefined) return asked === undefined ? {} : { carriage: asked };
  return {
    carriage: {
      ...(asked?.payment !== undefined && { payment: asked.payment }),
      ...(carrier.id !== undefined && { carrier: carrier.id }),
      ...(carrier.name !== undefined && { carrierName: carrier.name }),
      ...(carrier.mode !== undefined && { mode: { code: carrier.mode } }),
      ...(carrier.service !== undefined && { service: { code: carrier.service } }),
    },
  };
}

function partiesOf(orders: readonly Order[], shipFrom: Party | undefined): { parties?: Party[] } {
  const theirs = (orders[0]?.parties ?? []).filter(({ role }) => SHIPMENT_ROLES.has(role.code ?? ''));
  const parties = [...(shipFrom === undefined ? [] : [shipFrom]), ...theirs];
  return parties.length === 0 ? {} : { parties };
}

function noticedPacks(packs: readonly NamedPack[], ssccs: readonly string[]): Pack[] {
  const unnumbered = packs.filter(({ sscc }) => sscc === null);
  return packs.map((pack) => {
    const sscc = pack.sscc ?? ssccs[unnumbered.indexOf(pack)];
    return {
      id: pack.id,
      ...(pack.parent !== null && { parent: pack.parent }),
      kind: pack.kind,
      ...(sscc !== undefined && { sscc }),
      ...(pack.weight !== null && { weight: pack.weight }),
    };
  });
}

function contentsOf(
  orders: readonly Order[],
  packs: readonly NamedPack[],
  lines: readonly ShippedLine[],
  loose: readonly ShippedLine[],
): Content[] {
  const known = new Map(orders.map((order) => [order.number, linesByKey(order)]));
  const content = (shipped: ShippedLine, pack: string | null): Content[] => {
    const keyed = known.get(shipped.order)?.get(shipped.line);
    return keyed === undefined ? [] : [contentOf(shipped, keyed, pack)];
  };
  if (packs.length === 0) return lines.flatMap((line) => content(line, null));
  const packed = packs.flatMap((pack) => pack.contents.flatMap((line) => content(line, pack.id)));
  return [...packed, ...loose.flatMap((line) => content(line, null))];
}

function contentOf({ order, quantity }: ShippedLine, { line }: KeyedLine, pack: string | null): Content {
  const unit = line.quantity?.unit;
  return {
    order,
    ...(line.number !== undefined && { line: line.number }),
    ...(line.products !== undefined && { products: line.products }),
    ...(line.description !== undefined && { description: line.description }),
    quantity: { value: quantity, ...(unit !== undefined && { unit }) },
    ...(line.quantity !== undefined && compareDecimals(line.quantity.value, '0') > 0 && { ordered: line.quantity }),
    ...(pack !== null && { packs: [pack] }),
  };
}
