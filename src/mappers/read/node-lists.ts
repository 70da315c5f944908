import type { LinkField, NodeSpec } from '../language/spec.ts';
import type { Level } from './levels.ts';
import type { Fields, Links, ReadRun } from './run.ts';

/** The nearest item of each list on the way up from a level: shared with the parent until the level makes an item of its own. */
type Nearest = Readonly<Record<string, string>>;

interface Pending {
  readonly item: Fields;
  readonly fields: readonly LinkField[];
  readonly below: Map<string, string[]>;
}

/**
 * The document's lists while a hierarchy is read. Each level knows the keys above it through its parent, so a chain of ten thousand levels
 * costs each of them one step.
 */
export class Lists implements Links {
  private readonly levels: readonly Level[];
  private readonly run: ReadRun;
  private readonly nearest: Nearest[];
  /** The row that waits for what lies below, on the way up from each level. */
  private readonly waiting: (Pending | null)[];
  /** The nearest level on the way up that made an item of the list. */
  private readonly madeBy: { list: string; key: string; leaf: boolean; pending: Pending | null; up: number }[] = [];
  private readonly nearestMade: (number | undefined)[];
  private readonly indexes = new Map<string, Map<string, number>>();
  private here = -1;
  private above: Nearest = {};
  private topRead = false;
  private readonly pending: Pending[] = [];

  constructor(levels: readonly Level[], run: ReadRun) {
    this.levels = levels;
    this.run = run;
    this.nearest = new Array(levels.length);
    this.waiting = new Array(levels.length).fill(null);
    this.nearestMade = new Array(levels.length);
  }

  enter(index: number): void {
    this.here = index;
    const parent = this.levels[index]?.parent ?? -1;
    this.above = this.nearest[parent] ?? {};
    this.nearest[index] = this.above;
    this.waiting[index] = this.waiting[parent] ?? null;
    this.nearestMade[index] = this.nearestMade[parent];
  }

  /** Items inside the level see its own item above them. */
  within(read: () => void): void {
    const before = this.above;
    this.above = this.nearest[this.here] ?? {};
    read();
    this.above = before;
  }

  keysOf(list: string): readonly string[] {
    const key = this.above[list];
    return key === undefined ? [] : [key];
  }

  need(list: string, listKey: string, key: string): void {
    this.indexOf(list, listKey, key, () => ({ [listKey]: key }));
  }

  /** The node without a list: its fields are the document's own. */
  readTop(spec: NodeSpec, read: () => Fields): void {
    const { trace } = this.run;
    const { entryLength, nodeCount } = trace;
    const fields = read();
    if (this.topRead) {
      trace.reset(entryLength, nodeCount);
      const level = this.levels[this.here];
      this.run.complain(
        'map/level-repeated',
        'warning',
        this.run.positionInSegment(level?.trigger ?? null, null),
        `The level '${spec.name}' stands a second time; only the first was read.`,
      );
      return;
    }
    this.topRead = true;
    mergeInto(this.run.document, fields);
  }

  /** One item of a list; a key that stands there already names the same item. */
  readItem(spec: NodeSpec, links: readonly LinkField[], read: () => Fields): void {
    const { run } = this;
    const list = spec.list ?? '';
    const { entryLength, nodeCount } = run.trace;
    const outer = run.node;
    const node = run.trace.node(0, this.listOf(list).length);
    run.node = node;
    const fields = read();
    run.node = outer;
    const item: Fields = {};
    for (const [key, value] of spec.of) item[key] = value;
    // A key no element holds is the level's own number; one that should be there and is not, is missing.
    if (spec.listKey !== null && !spec.fields.some(({ key }) => key === spec.listKey))
      item[spec.listKey] = this.freshKey(list);
    Object.assign(item, fields);
    const missing = [...spec.type.required].find(
      (key) => item[key] === undefined && !links.some((link) => link.key === key),
    );
    if (missing !== undefined) {
      run.trace.reset(entryLength, nodeCount);
      const level = this.levels[this.here];
      run.complain(
        'map/value-required',
        'error',
        run.positionInSegment(level?.trigger ?? null, level?.loop.definition.id ?? null),
        `${list}[].${missing} is missing at this level.`,
        null,
        missing,
      );
      return;
    }
    const key = spec.listKey === null ? null : String(item[spec.listKey]);
    if (key === null) this.listOf(list).push(item);
    else {
      const index = this.indexOf(list, spec.listKey ?? '', key, () => item);
      run.trace.nodes[node * 2 + 1] = index;
      this.joinSame(list, index, item);
      if (spec.on === null) this.made(list, key);
    }
    this.wait(item, links);
  }

  /** Fills the links to what lies below, once everything below is read. */
  finish(): void {
    for (const { leaf, pending, list, key } of this.madeBy) if (leaf) pending?.below.get(list)?.push(key);
    for (const { item, fields, below } of this.pending)
      for (const field of fields) {
        const keys = below.get(field.list) ?? [];
        if (keys.length > 0 && item[field.key] === undefined) item[field.key] = keys;
      }
  }

  private made(list: string, key: string): void {
    const { here } = this;
    this.nearest[here] = { ...this.above, [list]: key };
    const pending = this.waiting[here] ?? null;
    const upIndex = this.nearestMade[here];
    const up = upIndex === undefined ? undefined : this.madeBy[upIndex];
    if (up !== undefined && up.list === list && up.pending === pending) up.leaf = false;
    this.madeBy.push({ list, key, leaf: true, pending, up: upIndex ?? -1 });
    this.nearestMade[here] = this.madeBy.length - 1;
  }

  private wait(item: Fields, fields: readonly LinkField[]): void {
    const open = fields.filter((field) => item[field.key] === undefined);
    if (open.length === 0) return;
    const pending = { item, fields: open, below: new Map(open.map((field) => [field.list, []])) };
    this.pending.push(pending);
    this.waiting[this.here] = pending;
  }

  private listOf(list: string): Fields[] {
    let items = this.run.document[list] as Fields[] | undefined;
    if (items === undefined) {
      items = [];
      this.run.document[list] = items;
    }
    return items;
  }

  private indexOf(list: string, _listKey: string, key: string, make: () => Fields): number {
    let indexes = this.indexes.get(list);
    if (indexes === undefined) {
      indexes = new Map();
      this.indexes.set(list, indexes);
    }
    const known = indexes.get(key);
    if (known !== undefined) return known;
    const items = this.listOf(list);
    items.push(make());
    indexes.set(key, items.length - 1);
    return items.length - 1;
  }

  /** The level's own id names the item; made unique where the sender's is not. */
  private freshKey(list: string): string {
    const id = this.levels[this.here]?.id || String(this.here + 1);
    const taken = this.indexes.get(list);
    // Ids that repeat are told apart by where the level stands; counting up from the first would take a second per ten thousand of them.
    const key = taken?.has(id) ? `${id}.${this.here + 1}` : id;
    return key;
  }

  /** The same key described again adds what was unsaid; what contradicts is told. */
  private joinSame(list: string, index: number, item: Fields): void {
    const known = this.listOf(list)[index];
    if (known === undefined || known === item) return;
    for (const [key, value] of Object.entries(item)) {
      if (known[key] === undefined) known[key] = value;
      else if (JSON.stringify(known[key]) !== JSON.stringify(value)) {
        const level = this.levels[this.here];
        this.run.complain(
          'map/value-differs',
          'warning',
          this.run.positionInSegment(level?.trigger ?? null, null),
          `${list}[${index}].${key} was said differently before; the first is kept.`,
        );
      }
    }
  }
}

/** Objects of the same name are one: the header's fields and the shipment level's meet in `shipment`. */
export function mergeInto(target: Fields, source: Fields): void {
  for (const [key, value] of Object.entries(source)) {
    const known = target[key];
    if (isObject(known) && isObject(value)) mergeInto(known, value);
    else if (Array.isArray(known) && Array.isArray(value)) known.push(...value);
    else target[key] = value;
  }
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
