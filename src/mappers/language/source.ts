import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import { Faults, type MapFault, type SourcePlace } from '../fault.ts';

/*
 * MapNode  a piece of a map's YAML with its place in the file. Scalars stay the text that was written: `002` is a code, not the number 2.
 *          An alias is the node it names, shared and never copied, so a file of aliases of aliases costs nothing here; whoever walks the tree
 *          bounds its walk.
 */
export interface ScalarNode extends SourcePlace {
  readonly kind: 'scalar';
  readonly text: string;
  /** `null`, `~` or nothing at all; not the quoted word. */
  readonly isNull: boolean;
}
export interface ListNode extends SourcePlace {
  readonly kind: 'list';
  readonly items: readonly MapNode[];
}
export interface MappingNode extends SourcePlace {
  readonly kind: 'mapping';
  readonly entries: ReadonlyMap<string, MapNode>;
}
export type MapNode = ScalarNode | ListNode | MappingNode;

/** One YAML file, read but not yet understood. `root` is null when `faults` say why. */
export interface MapSource {
  readonly file: string;
  readonly text: string;
  readonly root: MappingNode | null;
  readonly faults: readonly MapFault[];
}

// Ours, not YAML's: the largest base map has some 20,000 characters and nests 20 deep.
const textLengthMax = 512 * 1024;
const depthMax = 60;

/** Takes the text of a map or code table and the name faults are told under; gives its tree. Never throws for what stands in the file. */
export function parseMap(text: string, file: string): MapSource {
  const lines = new LineCounter();
  const faults = new Faults();
  const placeOf = (offset: number): SourcePlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const result = (root: MappingNode | null): MapSource => ({ file, text, root, faults: faults.list });
  if (text.length > textLengthMax) {
    faults.add({ file, line: 1, column: 1 }, `The file has ${text.length} characters; ${textLengthMax} are the most.`);
    return result(null);
  }
  const document = parseDocument(text, { lineCounter: lines, merge: false, prettyErrors: false, strict: true });
  for (const wrong of [...document.errors, ...document.warnings])
    faults.add(placeOf(wrong.pos[0]), `This is not YAML we can read: ${wrong.message}`);
  if (faults.broken) return result(null);
  const root = new Reader(placeOf, faults, (node) => (isAlias(node) ? node.resolve(document) : node)).node(
    document.contents,
    0,
    0,
  );
  if (root.kind !== 'mapping') {
    faults.add(root, 'A map is a mapping: `document:`, `message:`, `fields:`…');
    return result(null);
  }
  return result(faults.broken ? null : root);
}

class Reader {
  private readonly made = new Map<Node, MapNode | 'open'>();
  private readonly placeOf: (offset: number) => SourcePlace;
  private readonly faults: Faults;
  private readonly resolve: (node: Node) => Node | undefined;

  constructor(placeOf: (offset: number) => SourcePlace, faults: Faults, resolve: (node: Node) => Node | undefined) {
    this.placeOf = placeOf;
    this.faults = faults;
    this.resolve = resolve;
  }

  node(given: Node | null, parentOffset: number, depth: number): MapNode {
    const nothing = (): ScalarNode => ({ kind: 'scalar', text: '', isNull: true, ...this.placeOf(parentOffset) });
    if (given === null) return nothing();
    const offset = given.range?.[0] ?? parentOffset;
    const node = this.resolve(given);
    if (node === undefined) {
      this.faults.add(this.placeOf(offset), 'An alias names no anchor that stands before it.');
      return nothing();
    }
    const known = this.made.get(node);
    if (known !== undefined && known !== 'open') return known;
    if (known === 'open' || depth > depthMax) {
      const why =
        known === 'open' ? 'An alias stands inside the anchor it names.' : `The file nests deeper than ${depthMax}.`;
      this.faults.add(this.placeOf(offset), why);
      return nothing();
    }
    this.made.set(node, 'open');
    const made = this.make(node, offset, depth);
    this.made.set(node, made);
    return made;
  }

  private make(node: Node, offset: number, depth: number): MapNode {
    const place = this.placeOf(node.range?.[0] ?? offset);
    if (isMap(node)) return { kind: 'mapping', entries: this.entries(node.items, offset, depth), ...place };
    if (isSeq(node))
      return {
        kind: 'list',
        items: node.items.map((item) => this.node(item as Node | null, offset, depth + 1)),
        ...place,
      };
    if (isScalar(node)) {
      const plain = node.type === 'PLAIN';
      const text = plain ? (node.source ?? '') : String(node.value ?? '');
      return { kind: 'scalar', text, isNull: plain && node.value === null, ...place };
    }
    return { kind: 'scalar', text: '', isNull: true, ...place };
  }

  /** `<<` adds what the mapping itself does not say; of several merged mappings the first wins (YAML 1.1 merge keys, as every editor knows them). */
  private entries(items: readonly { key: unknown; value: unknown }[], offset: number, depth: number) {
    const merged = new Map<string, MapNode>();
    const own = new Map<string, MapNode>();
    for (const { key, value } of items) {
      const keyOffset = (key as Node | null)?.range?.[0] ?? offset;
      if (!isScalar(key)) {
        this.faults.add(this.placeOf(keyOffset), 'A key must be a plain word.');
        continue;
      }
      const name = key.type === 'PLAIN' ? (key.source ?? '') : String(key.value ?? '');
      const node = this.node(value as Node | null, keyOffset, depth + 1);
      if (name !== '<<') own.set(name, node);
      else
        for (const source of node.kind === 'list' ? node.items : [node]) {
          if (source.kind !== 'mapping') this.faults.add(source, '`<<` takes a mapping or a list of mappings.');
          else for (const [inner, innerNode] of source.entries) if (!merged.has(inner)) merged.set(inner, innerNode);
        }
    }
    if (merged.size === 0) return own;
    for (const [name, node] of own) merged.set(name, node);
    return merged;
  }
}

/** The text of a scalar, or undefined for anything else. */
export const textOf = (node: MapNode | undefined): string | undefined =>
  node?.kind === 'scalar' && !node.isNull ? node.text : undefined;
