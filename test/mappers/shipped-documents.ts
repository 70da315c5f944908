import fc from 'fast-check';
import type { AgreementValues, MapOf } from '../../src/mappers/index.ts';
import type { LevelRule, NodeSpec, ShapeSpec } from '../../src/mappers/language/spec.ts';
import { type Fields, fieldsOf } from './documents-of.ts';

/*
 * Documents whose rows a hierarchy's shape can carry: every pack lies in one pack of the level above and belongs to one order, holds something,
 * and no shape is asked for how much lies where when it has no place for it.
 */
interface Plan {
  readonly orders: number;
  /** Per pack: its pallet's number, or none. */
  readonly cartons: readonly (number | null)[];
  readonly rows: readonly { readonly order: number; readonly packs: readonly number[] }[];
}

export function shippedDocuments(
  map: MapOf,
  header: fc.Arbitrary<Fields>,
  agreement: AgreementValues,
): fc.Arbitrary<Fields> {
  const hierarchy = map.spec.hierarchy;
  if (hierarchy === null) return header;
  const said = (agreement.shipNotice as { shape?: string } | undefined)?.shape;
  const shape = hierarchy.shapes.find(({ code }) => code === said) ?? hierarchy.shapes[0];
  if (shape === undefined) return header;
  const itemOf = (node: NodeSpec) =>
    fieldsOf(
      node.fields.filter(({ kind }) => kind !== 'link' && kind !== 'key'),
      node.fields,
      new Set([...node.type.required].filter((key) => key !== node.listKey && !node.of.has(key))),
      agreement,
    );
  const named = (name: string) => hierarchy.nodes.find((node) => node.name === name);
  const top = hierarchy.nodes.find(({ list }) => list === null);
  const row = hierarchy.nodes.find(({ list, listKey }) => list !== null && listKey === null);
  if (row === undefined) return header;
  const pick = (name: string) => {
    const node = named(name);
    return node === undefined
      ? fc.constant<Fields>({})
      : itemOf(node).map((item) => leveled(item, node, hierarchy.levels));
  };
  return fc
    .record({
      header,
      top: top === undefined ? fc.constant<Fields>({}) : itemOf(top),
      plan: plans(shape),
      orders: fc.array(pick('O'), { minLength: 3, maxLength: 3 }),
      numbers: fc.uniqueArray(fc.integer({ min: 1000, max: 99_999 }), { minLength: 3, maxLength: 3 }),
      pallets: fc.array(pick('T'), { minLength: 3, maxLength: 3 }),
      cartons: fc.array(pick('P'), { minLength: 8, maxLength: 8 }),
      rows: fc.array(itemOf(row), { minLength: 13, maxLength: 13 }),
    })
    .map((parts) => assembled(parts, row, shape, named('O') !== undefined));
}

/** Rows with their order and packs; a pack, and the pallet under it, is of one order; below an item it is of that item alone. */
function plans(shape: ShapeSpec): fc.Arbitrary<Plan> {
  const has = (name: string) => shape.levels.some(({ node }) => node === name);
  const packsAbove = above(shape);
  const carton = fc.record({
    order: fc.integer({ min: 0, max: 2 }),
    stacked: has('T') ? fc.boolean() : fc.constant(false),
    more: fc.boolean(),
  });
  return fc
    .record({
      orders: fc.integer({ min: 1, max: 3 }),
      cartons: fc.array(carton, { maxLength: has('P') ? 5 : 0 }),
      loose: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 3 }),
    })
    .map(({ orders, cartons, loose }) => {
      const packed: { order: number; packs: number[] }[] = [];
      for (const [pack, { order, more }] of cartons.entries()) {
        const row = { order: order % orders, packs: [pack] };
        const last = packed.at(-1);
        // Below an item several packs may lie; above, several items in one pack.
        if (!packsAbove && more && last !== undefined) last.packs.push(pack);
        else packed.push(...(packsAbove && more ? [row, row] : [row]));
      }
      const palletOf = (pack: number, order: number) => (packsAbove ? order % orders : pack < 3 ? pack : null);
      return {
        orders,
        cartons: cartons.map(({ order, stacked }, pack) => (stacked ? palletOf(pack, order) : null)),
        rows: [...packed, ...loose.map((order) => ({ order: order % orders, packs: [] }))],
      };
    });
}

/** Whether packs lie above items. */
const above = ({ levels }: ShapeSpec) => {
  const row = levels.findIndex(({ node }) => node === 'I');
  return levels.findIndex(({ node }) => node === 'P') < row;
};

interface Parts {
  readonly header: Fields;
  readonly top: Fields;
  readonly plan: Plan;
  readonly orders: readonly Fields[];
  readonly numbers: readonly number[];
  readonly pallets: readonly Fields[];
  readonly cartons: readonly Fields[];
  readonly rows: readonly Fields[];
}

function assembled(parts: Parts, row: NodeSpec, shape: ShapeSpec, ordersAreNodes: boolean): Fields {
  const { plan } = parts;
  const numberOf = (order: number) => `PO${parts.numbers[order]}`;
  const usedOrders = [...new Set(plan.rows.map(({ order }) => order))];
  const usedPallets = [...new Set(plan.cartons.flatMap((pallet) => (pallet === null ? [] : [pallet])))];
  const linked = row.fields.some(({ key }) => key === 'order');
  // An order status tells lines of orders, and nothing of packs: they come back order by order.
  const isNotice = row.list === 'contents';
  const rows = isNotice
    ? plan.rows
    : plan.rows.toSorted((a, b) => usedOrders.indexOf(a.order) - usedOrders.indexOf(b.order));
  const items = rows.map(({ order, packs: inside }, index) => ({
    ...parts.rows[index % parts.rows.length],
    // Rows of one item are one row where packs lie below: numbered apart, they stay several.
    [isNotice ? 'line' : 'number']: String(index + 1),
    ...(linked ? { order: numberOf(order) } : {}),
    ...(inside.length === 0 ? {} : { packs: inside.map((pack) => `c${pack}`) }),
  }));
  const packs = [
    ...usedPallets.map((pallet) => ({ ...parts.pallets[pallet], id: `t${pallet}`, kind: 'pallet' })),
    ...plan.cartons.map((pallet, index) => ({
      ...parts.cartons[index],
      id: `c${index}`,
      kind: 'carton',
      ...(pallet === null ? {} : { parent: `t${pallet}` }),
    })),
  ];
  const orders = usedOrders.map((order) => ({
    ...(ordersAreNodes ? parts.orders[order] : {}),
    number: numberOf(order),
  }));
  const shipment = { ...(parts.header.shipment as Fields | undefined), ...(parts.top.shipment as Fields | undefined) };
  return {
    ...parts.header,
    ...parts.top,
    ...(isNotice && { shipment }),
    orders,
    ...(packs.length > 0 && shape.levels.some(({ node }) => node === 'P') ? { packs } : {}),
    [row.list ?? 'contents']: items,
  };
}

/** Where a rule tells the level by a code, a pack of the level has it, and no other has. */
function leveled(item: Fields, node: NodeSpec, rules: readonly LevelRule[]): Fields {
  const rule = rules.find((known) => known.kind === 'value');
  if (rule?.kind !== 'value') return item;
  const field = node.fields.find((known) => known.kind === 'value' && known.source.places[0]?.text === rule.place.text);
  if (field?.kind !== 'value') return item;
  const original = rule.node === node.name ? (rule.values[0] ?? '') : 'CT';
  return { ...item, [field.key]: field.source.codes?.byOriginal.get(original) ?? { original } };
}
