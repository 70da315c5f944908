import { type Static, Type } from 'typebox';
import { compareDecimals, type Decimal, isDecimal } from '../core/decimal.ts';
import { isLocalDate } from '../core/local-date.ts';
import {
  DecimalText,
  Identifier,
  LocalDateText,
  LocalDateTimeText,
  object,
  Quantity,
  Reference,
  Text,
} from '../documents/parts.ts';
import { isHoldable } from './check-order.ts';
import { type Finding, finding } from './finding.ts';
import { type LineQuantity, mayShip, type OrderState, openToShip, sumByLine } from './order-state.ts';
import { isSscc } from './sscc.ts';

const Shipped = object({
  /** The order the line is of; absent: the order it is posted to. */
  order: Type.Optional(Text),
  line: Text,
  quantity: DecimalText,
});
const ShippedPack = object({
  /** The back office's own name of the pack; absent: numbered in the order they stand. */
  id: Type.Optional(Text),
  kind: Type.Optional(Type.Union([Type.Literal('pallet'), Type.Literal('carton')])),
  /** The pack it stands on. */
  parent: Type.Optional(Text),
  /** Absent: allocated from our own prefix. */
  sscc: Type.Optional(Type.String({ pattern: '^\\d{18}$' })),
  weight: Type.Optional(Quantity),
  contents: Type.Optional(Type.Array(Shipped)),
});

/** What a back office posts to `/orders/:id/shipments`: what left, in packs or as plain lines. One order may ship several times. */
export const ShipmentRequest = object({
  /** Its own number of the shipment: our ship notice carries it, and the same one again is the same shipment. */
  shipment: Text,
  shippedOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  deliverOn: Type.Optional(Type.Union([LocalDateText, LocalDateTimeText])),
  carrier: Type.Optional(
    object({
      id: Type.Optional(Identifier),
      name: Type.Optional(Text),
      mode: Type.Optional(Text),
      service: Type.Optional(Text),
    }),
  ),
  references: Type.Optional(Type.Array(Reference)),
  weight: Type.Optional(Quantity),
  packs: Type.Optional(Type.Array(ShippedPack, { minItems: 1, maxItems: 10_000 })),
  lines: Type.Optional(Type.Array(Shipped, { minItems: 1 })),
  /** What left beside the packs, in none of them. */
  loose: Type.Optional(Type.Array(Shipped, { minItems: 1 })),
});
export type ShipmentRequest = Static<typeof ShipmentRequest>;

export interface ShippedLine extends LineQuantity {
  readonly order: string;
}

/** A pack of a request with its name settled and its lines told with their order. */
export interface NamedPack {
  readonly id: string;
  readonly index: number;
  readonly kind: 'pallet' | 'carton';
  readonly parent: string | null;
  readonly sscc: string | null;
  readonly weight: Quantity | null;
  readonly contents: readonly ShippedLine[];
}

/** The packs of a request, each with a name: its own, or its place counted from 1. One that others stand on is a pallet unless said otherwise. */
export function namedPacks(request: ShipmentRequest, order: string): readonly NamedPack[] {
  const parents = new Set((request.packs ?? []).flatMap(({ parent }) => (parent === undefined ? [] : [parent])));
  return (request.packs ?? []).map((pack, index) => {
    const id = pack.id ?? `${index + 1}`;
    return {
      id,
      index,
      kind: pack.kind ?? (parents.has(id) ? 'pallet' : 'carton'),
      parent: pack.parent ?? null,
      sscc: pack.sscc ?? null,
      weight: pack.weight ?? null,
      contents: (pack.contents ?? []).map((content) => ({ ...content, order: content.order ?? order })),
    };
  });
}

/** Everything that left, line by line as told; `order` is the order of what names none. */
export const shippedLines = (request: ShipmentRequest, order: string): readonly ShippedLine[] => [
  ...(request.lines ?? []).map((line) => ({ ...line, order: line.order ?? order })),
  ...namedPacks(request, order).flatMap(({ contents }) => contents),
  ...looseLines(request, order),
];

/** What left in no pack while the rest did. */
export const looseLines = (request: ShipmentRequest, order: string): readonly ShippedLine[] =>
  (request.loose ?? []).map((line) => ({ ...line, order: line.order ?? order }));

/** How many SSCCs the request needs from us. */
export const ssccsWanted = (request: ShipmentRequest): number =>
  (request.packs ?? []).filter(({ sscc }) => sscc === undefined).length;

export interface ShipPolicy {
  /** How many percent over the promised quantity the partner takes. */
  readonly overShipPercent: Decimal;
}

/**
 * Everything wrong with a shipment, at once: nothing in it, orders or lines we do not know, quantities that are none or more than may leave,
 * packs without contents, twice, or standing on nothing. Takes the states of all orders it may name; the first is the one it is posted to.
 */
export function checkShipment(
  states: readonly OrderState[],
  request: ShipmentRequest,
  policy: ShipPolicy,
): readonly Finding[] {
  const home = states[0]?.number ?? '';
  const lines = shippedLines(request, home);
  const findings: Finding[] = [...checkHeader(request), ...checkPacks(namedPacks(request, home))];
  if (lines.length === 0) findings.push(finding('shipment/empty', '', `Shipment ${request.shipment} holds nothing.`));
  const sane = lines.filter(({ quantity, line, order }) => {
    if (isDecimal(quantity) && isHoldable(quantity) && compareDecimals(quantity, '0') > 0) return true;
    const message = `Line ${line} of order ${order} ships ${quantity}: a quantity must be more than zero.`;
    findings.push(finding('shipment/quantity-malformed', '', message, { found: quantity }));
    return false;
  });
  const byOrder = new Map<string, ShippedLine[]>();
  for (const line of sane) {
    const its = byOrder.get(line.order);
    if (its === undefined) byOrder.set(line.order, [line]);
    else its.push(line);
  }
  const known = new Map(states.map((state) => [state.number, state]));
  const perOrder = [...byOrder].flatMap(([order, its]) => {
    const state = known.get(order);
    return state === undefined
      ? [finding('shipment/unknown-order', '', `Order ${order} is not known.`, { found: order })]
      : checkOrderLines(state, its, policy);
  });
  return [...findings, ...perOrder];
}

function checkHeader(request: ShipmentRequest): readonly Finding[] {
  const findings: Finding[] = [];
  if (request.packs !== undefined && request.lines !== undefined) {
    const message = 'A shipment is told in packs or in lines, not in both: the lines would count twice.';
    findings.push(finding('shipment/packs-and-lines', 'lines', message));
  }
  for (const [name, day] of [
    ['shippedOn', request.shippedOn],
    ['deliverOn', request.deliverOn],
  ] as const) {
    if (day === undefined || isLocalDate(day.slice(0, 10))) continue;
    findings.push(finding('shipment/date-invalid', name, `The day ${day} does not exist.`, { found: day }));
  }
  return findings;
}

function checkOrderLines(state: OrderState, lines: readonly LineQuantity[], policy: ShipPolicy): readonly Finding[] {
  if (!mayShip(state)) {
    const message = `Order ${state.number} is ${state.status}: nothing of it may leave.`;
    return [finding('shipment/order-not-decided', '', message, { found: state.status })];
  }
  const known = new Map(state.lines.map((line) => [line.line, line]));
  return [...sumByLine(lines)].flatMap(([key, quantity]) => {
    const line = known.get(key);
    if (line === undefined) {
      return [finding('shipment/unknown-line', '', `Order ${state.number} has no line ${key}.`, { found: key })];
    }
    const open = openToShip(line, policy.overShipPercent);
    if (compareDecimals(quantity, open) <= 0) return [];
    const message = `Line ${key} of order ${state.number} ships ${quantity}; ${open} may still leave.`;
    return [finding('shipment/over-shipped', '', message, { found: quantity, expected: open })];
  });
}

function checkPacks(packs: readonly NamedPack[]): readonly Finding[] {
  const byId = new Map<string, NamedPack>();
  const usedSsccs = new Set<string>();
  const carrying = new Set(packs.map(({ parent }) => parent));
  const findings: Finding[] = [];
  for (const pack of packs) {
    const path = `packs[${pack.index}]`;
    if (byId.has(pack.id)) {
      findings.push(
        finding('shipment/pack-duplicate', `${path}.id`, `Two packs are named ${pack.id}.`, { found: pack.id }),
      );
    } else byId.set(pack.id, pack);
    if (pack.contents.length === 0 && !carrying.has(pack.id)) {
      findings.push(finding('shipment/pack-empty', path, `Pack ${pack.id} holds nothing.`));
    }
    if (pack.sscc === null) continue;
    if (!isSscc(pack.sscc)) {
      const message = `The SSCC ${pack.sscc} of pack ${pack.id} has a wrong check digit.`;
      findings.push(finding('shipment/sscc-invalid', `${path}.sscc`, message, { found: pack.sscc }));
    } else if (usedSsccs.has(pack.sscc)) {
      const message = `The SSCC ${pack.sscc} stands on two packs.`;
      findings.push(finding('shipment/pack-duplicate', `${path}.sscc`, message, { found: pack.sscc }));
    }
    usedSsccs.add(pack.sscc);
  }
  return [...findings, ...packs.flatMap((pack) => checkParent(pack, byId))];
}

function checkParent(pack: NamedPack, byId: ReadonlyMap<string, NamedPack>): readonly Finding[] {
  if (pack.parent === null) return [];
  const path = `packs[${pack.index}].parent`;
  const parent = byId.get(pack.parent);
  if (parent === undefined) {
    return [
      finding('shipment/pack-unknown-parent', path, `Pack ${pack.id} stands on ${pack.parent}, which is not here.`, {
        found: pack.parent,
      }),
    ];
  }
  // Cartons stand on pallets, pallets on nothing: one level is what a ship notice can say, and it cannot go in a circle.
  if (parent.parent === null && parent.id !== pack.id) return [];
  return [
    finding(
      'shipment/pack-circle',
      path,
      `Pack ${pack.id} stands on ${parent.id}, which stands on another pack itself.`,
    ),
  ];
}
