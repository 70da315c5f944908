import { addDecimals, isDecimal } from '../../core/decimal.ts';
import type { HierarchySpec, LinkField, NodeSpec, ShapeLevel } from '../language/spec.ts';
import { isRecord } from './compile-fields.ts';
import type { WriteRun } from './run.ts';

type Item = Readonly<Record<string, unknown>>;

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

interface Entry {
  readonly item: Item;
  readonly index: number;
}

/** A level of a row's path, before levels with one identity are joined. */
interface PathStep {
  readonly name: string;
  readonly identity: string;
  readonly entry: Entry;
}

/** Packs stand in packs; a chain longer than this, or a circle, is no pack anybody stacks. */
const chainMax = 20;

class TreeBuilder {
  private readonly nodes: LevelNode[] = [];
  private readonly byPath = new Map<string, number>();
  private readonly childrenOf = new Map<number, number[]>();
  private readonly lists = new Map<string, Map<string, Entry>>();
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
  }

  build(): Tree {
    for (const node of this.spec.nodes)
      if (node.list !== null && node.listKey !== null) this.indexList(node.list, node.listKey);
    const row = this.rowNode();
    if (row !== null)
      for (const [index, item] of this.itemsOf(row.list ?? '').entries())
        if (isRecord(item)) this.addRow(row, { item, index });
    this.addUnused();
    return { nodes: this.ordered() };
  }

  private node(name: string): NodeSpec | undefined {
    return this.spec.nodes.find((known) => known.name === name);
  }

  private itemsOf(list: string): readonly unknown[] {
    const items = this.document[list];
    return Array.isArray(items) ? items : [];
  }

  private indexList(list: string, key: string): void {
    if (this.lists.has(list)) return;
    const byKey = new Map<string, Entry>();
    for (const [index, item] of this.itemsOf(list).entries()) {
      if (!isRecord(item)) continue;
      const id = String(item[key] ?? '');
      if (byKey.has(id)) this.refuse(`${list}[${index}]`, `has the ${key} '${id}', as an earlier one has`);
      else byKey.set(id, { item, index });
    }
    this.lists.set(list, byKey);
  }

  /** The node whose items are the rows: it makes no key, or links to the others. */
  private rowNode(): NodeSpec | null {
    const named = this.levels.flatMap(({ node }) => this.node(node) ?? []);
    return named.find(({ list, listKey }) => list !== null && listKey === null) ?? null;
  }

  private addRow(row: NodeSpec, entry: Entry): void {
    const rowAt = this.levels.findIndex(({ node }) => node === row.name);
    const above = this.chains(row, entry, this.levels.slice(0, rowAt), false);
    const below = this.chains(row, entry, this.levels.slice(rowAt + 1), true);
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

  /**
   * The paths through some levels that a row's links name: one for each innermost pack, a single one where it names none.
   * A sentence's end when a level it must have is missing, or a pack fits no level.
   */
  private chains(row: NodeSpec, { item }: Entry, levels: readonly ShapeLevel[], below: boolean): PathStep[][] | string {
    const fixed: PathStep[] = [];
    let packs: { field: string; list: string; keys: readonly string[] } | null = null;
    const seen = new Set<string>();
    for (const { node: name, optional } of levels) {
      const node = this.node(name);
      if (node === undefined) continue;
      if (node.list === null) {
        fixed.push({ name, identity: '', entry: { item: this.document, index: -1 } });
        continue;
      }
      if (seen.has(node.list)) continue;
      const link = this.linkOf(row, node.list);
      const keys = keysAt(item, link);
      if (this.isChained(node.list)) {
        seen.add(node.list);
        packs = { field: link?.field ?? '', list: node.list, keys };
        continue;
      }
      const [key] = keys;
      const entry = key === undefined ? undefined : this.lists.get(node.list)?.get(key);
      if (entry === undefined) {
        if (optional) continue;
        return key === undefined
          ? `names none of ${node.list}, and the shape wants it below one`
          : `names '${key}', which is none of ${node.list}`;
      }
      fixed.push({ name, identity: key ?? '', entry });
    }
    if (packs === null || packs.keys.length === 0) return below && packs === null ? [] : below ? [] : [fixed];
    const chains: PathStep[][] = [];
    for (const key of packs.keys) {
      const chain = this.packChain(packs.list, key, levels);
      if (typeof chain === 'string') return chain;
      chains.push(below ? chain : [...fixed, ...chain]);
    }
    return chains;
  }

  /** A list with several levels of the shape, or whose items name a parent among themselves. */
  private isChained(list: string): boolean {
    return this.spec.nodes.some(
      (node) => node.list === list && node.fields.some((field) => field.kind === 'link' && field.list === list),
    );
  }

  private linkOf(row: NodeSpec, list: string): { field: string; many: boolean } | null {
    const field = row.fields.find((known) => (known.kind === 'link' || known.kind === 'key') && known.list === list);
    return field === undefined ? null : { field: field.key, many: field.kind === 'link' && field.many };
  }

  /** From the outermost pack to the one named, each on a level of the shape that takes its kind. */
  private packChain(list: string, key: string, levels: readonly ShapeLevel[]): PathStep[] | string {
    const nodes = this.spec.nodes.filter((node) => node.list === list);
    const parentField = nodes
      .flatMap(({ fields }) => fields)
      .find((field): field is LinkField => field.kind === 'link' && field.list === list)?.key;
    const chain: { key: string; entry: Entry }[] = [];
    for (let here: string | undefined = key; here !== undefined; ) {
      const entry = this.lists.get(list)?.get(here);
      if (entry === undefined) return `names '${here}', which is none of ${list}`;
      if (chain.length >= chainMax) return `lies in ${list} stacked deeper than ${chainMax}, or in a circle`;
      chain.unshift({ key: here, entry });
      const parent: unknown = parentField === undefined ? undefined : entry.item[parentField];
      here = typeof parent === 'string' ? parent : undefined;
    }
    const steps: PathStep[] = [];
    let from = 0;
    for (const { key: id, entry } of chain) {
      const at = levels.findIndex(({ node }, index) => index >= from && this.takes(node, list, entry.item));
      if (at < 0) return `lies in '${id}' of ${list}, for which the shape has no level there`;
      steps.push({ name: levels[at]?.node ?? '', identity: id, entry });
      from = at + 1;
    }
    const skipped = levels.find(
      ({ node, optional }) => !optional && this.node(node)?.list === list && !steps.some(({ name }) => name === node),
    );
    return skipped === undefined ? steps : `lies in no ${skipped.node}, and the shape wants one`;
  }

  private takes(name: string, list: string, item: Item): boolean {
    const node = this.node(name);
    return node?.list === list && [...node.of].every(([key, value]) => item[key] === value);
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
    const node = this.node(name);
    const list = node?.list;
    if (list) {
      const mark = `${list} ${identity}`;
      if (this.written.has(mark) && this.isChained(list))
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
      .some(({ node: name }) => this.node(name)?.list !== null);
    const lost = packsBelow || !this.packsHaveLevels();
    const key = lost ? `${parent} ${row.name} ${this.sameness(row, item)}` : `${parent} ${row.name} #${index}`;
    const known = this.byPath.get(key);
    if (known === undefined) return this.append(node, key);
    this.sumInto(known, row, index, item);
    return known;
  }

  private packsHaveLevels(): boolean {
    return this.levels.some(({ node }) => {
      const { list } = this.node(node) ?? {};
      return list != null && this.isChained(list);
    });
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
      const node = this.node(name);
      if (node === undefined) continue;
      if (node.list === null) parent = this.child(parent, name, '', { item: this.document, index: -1 });
      else break;
    }
    const seen = new Set<string>();
    for (const node of this.spec.nodes) {
      if (node.list === null || node.listKey === null || seen.has(node.list)) continue;
      seen.add(node.list);
      const first = this.levels.find(({ node: name }) => this.node(name)?.list === node.list);
      for (const [key, entry] of this.lists.get(node.list) ?? [])
        if (!this.written.has(`${node.list} ${key}`)) {
          if (first !== undefined && !this.isChained(node.list)) this.child(parent, first.node, key, entry);
          else this.refuse(`${node.list}[${entry.index}]`, 'has no level in the shape, or nothing in it');
        }
    }
    if (!this.packsHaveLevels()) this.refuseLinks();
    this.refuseUnnamed();
  }

  /** Items that are written only where a row names them: an order that no row is of. */
  private refuseUnnamed(): void {
    const row = this.rowNode();
    for (const field of row?.fields ?? []) {
      if (field.kind !== 'key') continue;
      const named = new Set(
        this.itemsOf(row?.list ?? '').map((item) => (isRecord(item) ? item[field.key] : undefined)),
      );
      for (const [index, item] of this.itemsOf(field.list).entries())
        if (isRecord(item) && !named.has(item[field.listKey]))
          this.refuse(`${field.list}[${index}]`, 'is named by no row, and stands nowhere else');
    }
  }

  /** Rows whose packs the shape has no level for. */
  private refuseLinks(): void {
    const row = this.rowNode();
    for (const field of row?.fields ?? []) {
      if (field.kind !== 'link' || !field.many) continue;
      for (const [index, item] of this.itemsOf(row?.list ?? '').entries())
        if (isRecord(item) && keysAt(item, { field: field.key, many: true }).length > 0)
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

function keysAt(item: Item, link: { field: string; many: boolean } | null): readonly string[] {
  const value = link === null ? undefined : item[link.field];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((key): key is string => typeof key === 'string') : [];
}

function quantityOf(item: Item | undefined): { value: string; unit: string } | null {
  const quantity = item?.quantity;
  if (!isRecord(quantity) || typeof quantity.value !== 'string' || !isDecimal(quantity.value)) return null;
  return { value: quantity.value, unit: JSON.stringify(quantity.unit ?? null) };
}
