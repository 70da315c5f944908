import type { Trace } from './map.ts';
import type { DocumentPath, TraceEntry, WirePlace } from './trace.ts';

/*
 * A trace as it is made: four numbers an entry, four bytes each. An 850 of 3.5 KB has some 400 entries: 6 KB, where objects with path texts would be 80.
 *   entry   template, node, segment number, place (element, component, repetition in 10 + 10 + 12 bits)
 *   node    one item of a list: its parent node and its index. Node 0 is the document; the chain of nodes fills a template's brackets.
 *   Template 0 has no path: what the map read without putting it into the document (a `where:` code, an HL number).
 */
export interface Template {
  /** "lines[].price.amount"; '' for template 0. */
  readonly path: string;
  readonly tag: string;
}

/** The templates of one map, numbered while it is compiled. */
export class Templates {
  readonly list: Template[] = [{ path: '', tag: '' }];
  private readonly known = new Map<string, number>();

  idOf(path: string, tag: string): number {
    const key = `${path} ${tag}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    this.list.push({ path, tag });
    this.known.set(key, this.list.length - 1);
    return this.list.length - 1;
  }
}

const ENTRY = 4;
/** 256 KB: the traces of nine orders in ten are shorter. */
const keptLengthMax = 65_536;
const REPETITION_MAX = 0xfff;

export const packPlace = (element: number, component: number, repetition: number): number =>
  (element << 22) | (component << 12) | Math.min(repetition, REPETITION_MAX);
export const elementOf = (packed: number): number => packed >>> 22;
export const componentOf = (packed: number): number => (packed >>> 12) & 0x3ff;
export const repetitionOf = (packed: number): number => packed & REPETITION_MAX;

export interface TraceMark {
  readonly entries: number;
  readonly nodes: number;
}

/** Grows while a document is read or written; taken back to a mark when an item comes to nothing. */
export class TraceRecorder {
  entries = new Int32Array(2048);
  entryLength = 0;
  nodes = new Int32Array(256);
  nodeCount = 1;

  add(template: number, node: number, segment: number, packed: number): void {
    const at = this.entryLength;
    if (at + ENTRY > this.entries.length) this.entries = doubled(this.entries);
    const { entries } = this;
    entries[at] = template;
    entries[at + 1] = node;
    entries[at + 2] = segment;
    entries[at + 3] = packed;
    this.entryLength = at + ENTRY;
  }

  /** A new item of a list: the node its entries name. */
  node(parent: number, index: number): number {
    const at = this.nodeCount * 2;
    if (at + 2 > this.nodes.length) this.nodes = doubled(this.nodes);
    this.nodes[at] = parent;
    this.nodes[at + 1] = index;
    return this.nodeCount++;
  }

  reset(entryLength: number, nodeCount: number): void {
    this.entryLength = entryLength;
    this.nodeCount = nodeCount;
  }

  /** What was recorded, as it is kept; the recorder may be used again. One transaction of 32 MB shall not keep its room for all that follow. */
  finish(templates: readonly Template[]): CompactTrace {
    // One allocation for both: a typed array's own is a tenth of the cost of filling it.
    const nodeLength = this.nodeCount * 2;
    const kept = new Int32Array(nodeLength + this.entryLength);
    kept.set(this.nodes.subarray(0, nodeLength));
    kept.set(this.entries.subarray(0, this.entryLength), nodeLength);
    const trace = new CompactTrace(templates, kept.subarray(0, nodeLength), kept.subarray(nodeLength));
    if (this.entries.length > keptLengthMax) this.entries = new Int32Array(2048);
    if (this.nodes.length > keptLengthMax) this.nodes = new Int32Array(256);
    this.reset(0, 1);
    return trace;
  }
}

function doubled(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(array.length * 2);
  grown.set(array);
  return grown;
}

/** The path of a template at a node: its brackets filled with the indexes of the node's chain. */
export function pathAt(template: string, nodes: Int32Array, node: number): DocumentPath {
  const parts = template.split('[]');
  if (parts.length === 1) return template;
  const indexes: number[] = [];
  for (let here = node; here > 0; here = nodes[here * 2] ?? 0) indexes.push(nodes[here * 2 + 1] ?? 0);
  indexes.reverse();
  return parts.reduce((path, part, index) => `${path}[${indexes[index - 1] ?? 0}]${part}`);
}

export class CompactTrace implements Trace {
  readonly templates: readonly Template[];
  readonly nodes: Int32Array;
  readonly rows: Int32Array;
  private ordered: Int32Array | undefined;
  private byPath: Map<DocumentPath, WirePlace[]> | undefined;

  constructor(templates: readonly Template[], nodes: Int32Array, rows: Int32Array) {
    this.templates = templates;
    this.nodes = nodes;
    this.rows = rows;
  }

  get size(): number {
    let size = 0;
    for (let row = 0; row < this.rows.length; row += ENTRY) if (this.templates[this.rows[row] ?? 0]?.path) size++;
    return size;
  }

  *entries(): Iterable<TraceEntry> {
    for (const row of this.order()) yield { path: this.pathOf(row), place: this.placeOf(row) };
  }

  placesOf(path: DocumentPath): readonly WirePlace[] {
    this.byPath ??= this.index();
    return this.byPath.get(path) ?? [];
  }

  pathsAt(segmentNumber: number, element: number | null, component: number | null = null): readonly DocumentPath[] {
    const paths = new Set<DocumentPath>();
    for (const row of this.order()) {
      if (this.rows[row + 2] !== segmentNumber) continue;
      const packed = this.rows[row + 3] ?? 0;
      const sameElement = element === null || elementOf(packed) === element;
      const sameComponent = component === null || componentOf(packed) === 0 || componentOf(packed) === component;
      if (sameElement && sameComponent) paths.add(this.pathOf(row));
    }
    return [...paths];
  }

  pathOf(row: number): DocumentPath {
    return pathAt(this.templates[this.rows[row] ?? 0]?.path ?? '', this.nodes, this.rows[row + 1] ?? 0);
  }

  placeOf(row: number): WirePlace {
    const packed = this.rows[row + 3] ?? 0;
    return {
      segmentNumber: this.rows[row + 2] ?? 0,
      tag: this.templates[this.rows[row] ?? 0]?.tag ?? '',
      element: elementOf(packed),
      component: componentOf(packed) || null,
      repetition: repetitionOf(packed) || null,
    };
  }

  /** Rows that have a path, in wire order: made when first asked for, for most traces are only stored. */
  private order(): Int32Array {
    if (this.ordered !== undefined) return this.ordered;
    const starts: number[] = [];
    for (let row = 0; row < this.rows.length; row += ENTRY)
      if (this.templates[this.rows[row] ?? 0]?.path) starts.push(row);
    const { rows } = this;
    starts.sort(
      (a, b) =>
        (rows[a + 2] ?? 0) - (rows[b + 2] ?? 0) || ((rows[a + 3] ?? 0) >>> 0) - ((rows[b + 3] ?? 0) >>> 0) || a - b,
    );
    this.ordered = Int32Array.from(starts);
    return this.ordered;
  }

  private index(): Map<DocumentPath, WirePlace[]> {
    const index = new Map<DocumentPath, WirePlace[]>();
    for (const row of this.order()) {
      const path = this.pathOf(row);
      const places = index.get(path);
      if (places === undefined) index.set(path, [this.placeOf(row)]);
      else places.push(this.placeOf(row));
    }
    return index;
  }
}

/** A trace as plain JSON: only the templates it uses, numbers in two flat lists. */
export interface TraceJson {
  readonly form: 1;
  /** "path tag". */
  readonly templates: readonly string[];
  readonly nodes: readonly number[];
  readonly rows: readonly number[];
}

/** Takes a trace this module made; gives the form it is stored in. Entries without a path are left out. */
export function traceToJson(trace: Trace): TraceJson {
  if (!(trace instanceof CompactTrace))
    throw new TypeError('a trace that is stored comes from reading or writing a map');
  const used = new Map<number, number>();
  const rows: number[] = [];
  for (let row = 0; row < trace.rows.length; row += ENTRY) {
    const template = trace.rows[row] ?? 0;
    if (!trace.templates[template]?.path) continue;
    let id = used.get(template);
    if (id === undefined) {
      id = used.size;
      used.set(template, id);
    }
    rows.push(id, trace.rows[row + 1] ?? 0, trace.rows[row + 2] ?? 0, trace.rows[row + 3] ?? 0);
  }
  const templates = [...used.keys()].map((id) => `${trace.templates[id]?.path} ${trace.templates[id]?.tag}`);
  return { form: 1, templates, nodes: [...trace.nodes], rows };
}

/** The other way. Throws TypeError for what is no stored trace: the store is ours, not a partner's. */
export function traceFromJson(json: unknown): CompactTrace {
  const { form, templates, nodes, rows } = (
    typeof json === 'object' && json !== null ? json : {}
  ) as Partial<TraceJson>;
  if (form !== 1 || !Array.isArray(templates) || !Array.isArray(nodes) || !Array.isArray(rows))
    throw new TypeError('this is no stored trace of form 1');
  return new CompactTrace(
    templates.map((text: string) => ({
      path: text.slice(0, text.lastIndexOf(' ')),
      tag: text.slice(text.lastIndexOf(' ') + 1),
    })),
    Int32Array.from(nodes),
    Int32Array.from(rows),
  );
}
