import { addDecimals, isDecimal } from '../../core/decimal.ts';
import type { HierarchySpec, NodeSpec, ShapeLevel } from '../language/spec.ts';
import { isRecord } from './compile-fields.ts';
import { type Entry, type Item, keysAt, type PathStep, RowPaths } from './row-paths.ts';
import type { WriteRun } from './run.ts';

/** One level to be written, or one row inside a level. */
export interface LevelNode {
  readonly name: string;
  readonly parent: number;
  /** The item's place in its list; -1 for the document itself. */
  readonly index: number;
  item: Item;
  hasChildren: boolean;
  readonly rows: LevelNode[];
}

export interface Tree {
  readonly nodes: readonly LevelNode[];
}

/**
 * Groups the document's rows along the shape: a nested group-by in order of first appearance. A row is an item of the list at the shape's last
 * level without a list of its own above it (contents): it names its order and its packs; packs name their parents. Where packs lie below items the
 * quantities of rows that are otherwise the same are summed, for the shape has no place for how much lies in which.
 */
export function buildTree(spec: HierarchySpec, levels: readonly ShapeLevel[], document: Item, run: WriteRun): Tree {
  return new TreeBuilder(spec, levels, document, run).build();
}

class TreeBuilder {
  private readonly nodes: LevelNode[] = [];
  private readonly byPath = new Map<string, number>();
  private readonly childrenOf = new Map<number, number[]>();
  private readonly paths: RowPaths;
  private readonly spec: HierarchySpec;
  private readonly levels: readonly ShapeLevel[];
  private readonly document: Item;
  private readonly run: WriteRun;
  private readonly written = new Set<string>();

  constructor(spec: HierarchySpec, levels: readonly ShapeLevel[], document: Item, run: WriteRun) {
    this.spec = spec;
    this.levels = levels;
    this.document = document;
    this.run = run;
    this.paths = new RowPaths(spec, document, (path, why) => this.refuse(path, why));
  }

  build(): Tree {
    const row = this.rowNode();
    if (row !== null)
      for (const [index, item] of this.paths.itemsOf(row.list ?? '').entries())
        if (isRecord(item)) this.addRow(row, { item, index });
    this.addUnused();
    return { nodes: this.ordered() };
  }

  /** The node whose items are the rows: it makes no key, or links to the others. */
  private rowNode(): NodeSpec | null {
    const named = this.levels.flatMap(({ node }) => this.paths.node(node) ?? []);
    return named.find(({ list, listKey }) => list !== null && listKey === null) ?? null;
  }

  private addRow(row: NodeSpec, entry: Entry): void {
    const rowAt = this.levels.findIndex(({ node }) => node === row.name);
    const above = this.paths.through(row, entry, this.levels.slice(0, rowAt), false);
    const below = this.paths.through(row, entry, this.levels.slice(rowAt + 1), true);
    const path = `${row.list}[${entry.index}]`;
    if (typeof above === 'string') {
      this.refuse(path, above);
      return;
    }
    if (typeof below === 'string') {
      this.refuse(path, below);
      return;
    }
    const [first = []] = above;
    if (above.length > 1) {
      this.refuse(
        path,
        'lies in several packs, and the shape puts packs above items: how much lies in each is unknown',
      );
      return;
    }
    const parent = this.place(first, -1);
    const rowIndex = this.placeRow(row, entry, parent);
    for (const chain of below) this.place(chain, rowIndex);
  }

  /** Walks down from a parent, making what is not there yet; gives the last level's index. */
  private place(steps: readonly PathStep[], from: number): number {
    let parent = from;
    for (const { name, identity, entry } of steps) parent = this.child(parent, name, identity, entry);
    return parent;
  }

  private child(parent: number, name: string, identity: string, { item, index }: Entry): number {
    const key = `${parent} ${name} ${identity}`;
    const known = this.byPath.get(key);
    if (known !== undefined) return known;
    const node = this.paths.node(name);
    const list = node?.list;
    if (list) {
      const mark = `${list} ${identity}`;
      if (this.written.has(mark) && this.paths.isChained(list))
        this.run.complain(
          'map/hierarchy-unfit',
          'warning',
          `${list}[${index}] holds what the shape keeps apart: it stands at more than one place, and reads back as several.`,
        );
      this.written.add(mark);
    }
    return this.append({ name, parent, index, item, hasChildren: false, rows: [] }, key);
  }

  private append(node: LevelNode, key: string): number {
    this.nodes.push(node);
    const index = this.nodes.length - 1;
    this.byPath.set(key, index);
    const parent = this.nodes[node.parent];
    if (parent !== undefined) parent.hasChildren = true;
    const siblings = this.childrenOf.get(node.parent);
    if (siblings === undefined) this.childrenOf.set(node.parent, [index]);
    else siblings.push(index);
    return index;
  }

  private placeRow(row: NodeSpec, { item, index }: Entry, parent: number): number {
    const node: LevelNode = { name: row.name, parent, index, item, hasChildren: false, rows: [] };
    if (row.on !== null) {
      this.nodes[parent]?.rows.push(node);
      return parent;
    }
    const packsBelow = this.levels
      .slice(this.levels.findIndex(({ node: name }) => name === row.name) + 1)
      .some(({ node: name }) => this.paths.node(name)?.list !== null);
    const lost = packsBelow || !this.paths.hasChained(this.levels);
    const key = lost ? `${parent} ${row.name} ${this.sameness(row, item)}` : `${parent} ${row.name} #${index}`;
    const known = this.byPath.get(key);
    if (known === undefined) return this.append(node, key);
    this.sumInto(known, row, index, item);
    return known;
  }

  /** What makes two rows the same item: all but their packs and how much. */
  private sameness(row: NodeSpec, item: Item): string {
    const links = new Set(row.fields.flatMap((field) => (field.kind === 'link' && field.many ? [field.key] : [])));
    return JSON.stringify(
      Object.entries(item)
        .filter(([key]) => !links.has(key) && key !== 'quantity')
        .toSorted(),
    );
  }

  private sumInto(known: number, row: NodeSpec, index: number, item: Item): void {
    const node = this.nodes[known];
    const before = quantityOf(node?.item);
    const more = quantityOf(item);
    const path = `${row.list}[${index}]`;
    if (node === undefined || before === null || more === null || before.unit !== more.unit) {
      this.refuse(path, 'cannot be added to an earlier row of the same item');
      return;
    }
    node.item = {
      ...node.item,
      quantity: { ...(node.item.quantity as Item), value: addDecimals(before.value, more.value) },
    };
    this.run.complain(
      'map/quantities-summed',
      'warning',
      `${path}.quantity was added to that of ${row.list}[${node.index}]: the shape has no place for how much lies where.`,
    );
  }

  /** Levels without rows: an order nothing was shipped of; the shipment itself. Packs without contents have no way to them. */
  private addUnused(): void {
    let parent = -1;
    for (const { node: name } of this.levels) {
      const node = this.paths.node(name);
      if (node === undefined) continue;
      if (node.list === null) parent = this.child(parent, name, '', { item: this.document, index: -1 });
      else break;
    }
    const seen = new Set<string>();
    for (const node of this.spec.nodes) {
      if (node.list === null || node.listKey === null || seen.has(node.list)) continue;
      seen.add(node.list);
      const first = this.levels.find(({ node: name }) => this.paths.node(name)?.list === node.list);
      for (const [key, entry] of this.paths.entriesOf(node.list))
        if (!this.written.has(`${node.list} ${key}`)) {
          if (first !== undefined && !this.paths.isChained(node.list)) this.child(parent, first.node, key, entry);
          else this.refuse(`${node.list}[${entry.index}]`, 'has no level in the shape, or nothing in it');
        }
    }
    if (!this.paths.hasChained(this.levels)) this.refuseLinks();
    this.refuseUnnamed();
  }

  /** Items that are written only where a row names them: an order that no row is of. */
  private refuseUnnamed(): void {
    const row = this.rowNode();
    for (const field of row?.fields ?? []) {
      if (field.kind !== 'key') continue;
      const named = new Set(
        this.paths.itemsOf(row?.list ?? '').map((item) => (isRecord(item) ? item[field.key] : undefined)),
      );
      for (const [index, item] of this.paths.itemsOf(field.list).entries())
        if (isRecord(item) && !named.has(item[field.listKey]))
          this.refuse(`${field.list}[${index}]`, 'is named by no row, and stands nowhere else');
    }
  }

  /** Rows whose packs the shape has no level for. */
  private refuseLinks(): void {
    const row = this.rowNode();
    for (const field of row?.fields ?? []) {
      if (field.kind !== 'link' || !field.many) continue;
      for (const [index, item] of this.paths.itemsOf(row?.list ?? '').entries())
        if (isRecord(item) && keysAt(item, field.key).length > 0)
          this.run.unwritten.push(`${row?.list}[${index}].${field.key}`);
    }
  }

  private refuse(path: string, why: string): void {
    this.run.unwritten.push(path);
    this.run.complain('map/hierarchy-unfit', 'error', `${path} ${why}.`);
  }

  /** Parents before children, children in order of first appearance: the order levels are written and numbered in. */
  private ordered(): LevelNode[] {
    const out: LevelNode[] = [];
    const stack = (this.childrenOf.get(-1) ?? []).toReversed().map((index) => ({ index, parent: -1 }));
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const node = this.nodes[next.index];
      if (node === undefined) continue;
      out.push({ ...node, parent: next.parent });
      const at = out.length - 1;
      for (const child of (this.childrenOf.get(next.index) ?? []).toReversed())
        stack.push({ index: child, parent: at });
    }
    return out;
  }
}

function quantityOf(item: Item | undefined): { value: string; unit: string } | null {
  const quantity = item?.quantity;
  if (!isRecord(quantity) || typeof quantity.value !== 'string' || !isDecimal(quantity.value)) return null;
  return { value: quantity.value, unit: JSON.stringify(quantity.unit ?? null) };
}
