import type { HierarchySpec, LinkField, NodeSpec, ShapeLevel } from '../language/spec.ts';
import { isRecord } from './compile-fields.ts';

export type Item = Readonly<Record<string, unknown>>;

/** An item with its place in its list; -1 for the document itself. */
export interface Entry {
  readonly item: Item;
  readonly index: number;
}

/** A level of a row's path, before levels with one identity are joined. */
export interface PathStep {
  readonly name: string;
  readonly identity: string;
  readonly entry: Entry;
}

/** Packs stand in packs; a chain longer than this, or a circle, is no pack anybody stacks. */
const chainMax = 20;

/**
 * The ways from a row (so much of an item) through the levels of a shape, by what the row names: its order, its packs, and the packs those stand on.
 */
export class RowPaths {
  private readonly lists = new Map<string, Map<string, Entry>>();
  private readonly spec: HierarchySpec;
  private readonly document: Item;

  /** `repeated` hears of items whose key stands twice. */
  constructor(spec: HierarchySpec, document: Item, repeated: (path: string, why: string) => void) {
    this.spec = spec;
    this.document = document;
    for (const node of spec.nodes)
      if (node.list !== null && node.listKey !== null) this.index(node.list, node.listKey, repeated);
  }

  node(name: string): NodeSpec | undefined {
    return this.spec.nodes.find((known) => known.name === name);
  }

  itemsOf(list: string): readonly unknown[] {
    const items = this.document[list];
    return Array.isArray(items) ? items : [];
  }

  /** The items of a list by their keys. */
  entriesOf(list: string): ReadonlyMap<string, Entry> {
    return this.lists.get(list) ?? new Map();
  }

  /** A list with several levels of the shape, or whose items name a parent among themselves. */
  isChained(list: string): boolean {
    return this.spec.nodes.some(
      (node) => node.list === list && node.fields.some((field) => field.kind === 'link' && field.list === list),
    );
  }

  /** Whether the levels have a place for a list whose items stand in one another. */
  hasChained(levels: readonly ShapeLevel[]): boolean {
    return levels.some(({ node }) => {
      const list = this.node(node)?.list;
      return list != null && this.isChained(list);
    });
  }

  /**
   * The ways through some levels: one for each innermost pack, a single one where the row names none; below an item none at all then.
   * A sentence's end when a level it must have is missing, or a pack fits no level.
   */
  through(row: NodeSpec, { item }: Entry, levels: readonly ShapeLevel[], below: boolean): PathStep[][] | string {
    const fixed: PathStep[] = [];
    for (const { node: name, optional } of levels) {
      const node = this.node(name);
      if (node === undefined || (node.list !== null && this.isChained(node.list))) continue;
      const step = node.list === null ? this.top(name) : this.named(row, item, name, node.list, optional);
      if (typeof step === 'string') return step;
      if (step !== null) fixed.push(step);
    }
    const list = levels
      .map(({ node }) => this.node(node)?.list)
      .find((known) => known != null && this.isChained(known));
    const keys = list == null ? [] : keysAt(item, linkOf(row, list));
    if (list == null || keys.length === 0) {
      const owed = levels.find(
        ({ node, optional }) => !optional && !below && list != null && this.node(node)?.list === list,
      );
      return owed === undefined ? (below ? [] : [fixed]) : `lies in no ${owed.node}, and the shape wants one`;
    }
    const order = (step: PathStep) => levels.findIndex(({ node }) => node === step.name);
    const ways: PathStep[][] = [];
    for (const key of keys) {
      const chain = this.packChain(list, key, levels);
      if (typeof chain === 'string') return chain;
      ways.push(below ? chain : [...fixed, ...chain].toSorted((a, b) => order(a) - order(b)));
    }
    return ways;
  }

  private top(name: string): PathStep {
    return { name, identity: '', entry: { item: this.document, index: -1 } };
  }

  /** The level of the item a row names; null when it names none and need not. */
  private named(row: NodeSpec, item: Item, name: string, list: string, optional: boolean): PathStep | string | null {
    const [key] = keysAt(item, linkOf(row, list));
    if (key === undefined) return optional ? null : `names none of ${list}, and the shape wants it below one`;
    const entry = this.lists.get(list)?.get(key);
    return entry === undefined ? `names '${key}', which is none of ${list}` : { name, identity: key, entry };
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

  private index(list: string, key: string, repeated: (path: string, why: string) => void): void {
    if (this.lists.has(list)) return;
    const byKey = new Map<string, Entry>();
    for (const [index, item] of this.itemsOf(list).entries()) {
      if (!isRecord(item)) continue;
      const id = String(item[key] ?? '');
      if (byKey.has(id)) repeated(`${list}[${index}]`, `has the ${key} '${id}', as an earlier one has`);
      else byKey.set(id, { item, index });
    }
    this.lists.set(list, byKey);
  }
}

function linkOf(row: NodeSpec, list: string): string | null {
  return (
    row.fields.find((known) => (known.kind === 'link' || known.kind === 'key') && known.list === list)?.key ?? null
  );
}

/** The keys a row's field names. */
export function keysAt(item: Item, field: string | null): readonly string[] {
  const value = field === null ? undefined : item[field];
  if (typeof value === 'string') return [value];
  return Array.isArray(value) ? value.filter((key): key is string => typeof key === 'string') : [];
}
