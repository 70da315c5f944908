import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  type Scalar,
} from 'yaml';
import { type ConfigurationFault, quote, type TreePath, textOfPath } from './fault.ts';

// Limits of ours, not of YAML: 40 partners' worth of agreements in one file stay under a tenth of each.
const textLengthMax = 1024 * 1024;
/** Aliases followed, also within aliases: a "billion laughs" file stops here, after some milliseconds. */
const aliasCountMax = 1_000;
/** Values after every alias is expanded. */
const valueCountMax = 50_000;
const depthMax = 20;

export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One YAML file as plain values, with the place of each. */
export interface YamlSource {
  readonly file: string;
  readonly value: unknown;
  readonly faults: readonly ConfigurationFault[];
  /** A fault at the value of that path, or at its key, or at the nearest one above that exists. */
  faultAt(
    path: TreePath,
    message: string,
    more?: { found?: string | null; expected?: string | null; atKey?: boolean },
  ): ConfigurationFault;
}

interface Place {
  readonly key: number;
  readonly value: number;
}

/**
 * Reads one YAML 1.2 file. Anchors and aliases are followed, bounded; merge keys are not YAML 1.2 (`defaults:` does their work).
 * A number is a number only when its text is the plain integer it would be printed as; `004010`, `1.50` and `1e3` stay the text they
 * are, for no version, id or price survives being a float.
 */
export function readYaml({ path: file, text }: SourceFile): YamlSource {
  const lines = new LineCounter();
  const places = new Map<string, Place>();
  const faults: ConfigurationFault[] = [];
  const faultAtOffset = (
    offset: number,
    at: string,
    message: string,
    found: string | null = null,
    expected: string | null = null,
  ): ConfigurationFault => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1), at, message, found, expected };
  };
  const source = (value: unknown): YamlSource => ({
    file,
    value,
    faults,
    faultAt: (path, message, { found = null, expected = null, atKey = false } = {}) => {
      const place = nearest(places, path);
      return faultAtOffset(atKey ? place.key : place.value, textOfPath(path), message, found, expected);
    },
  });

  if (text.length > textLengthMax) {
    faults.push(faultAtOffset(0, '', `The file has ${text.length} characters; ${textLengthMax} are the most.`));
    return source(undefined);
  }
  const document = parseDocument(text, { lineCounter: lines, merge: false, prettyErrors: false });
  for (const wrong of [...document.errors, ...document.warnings])
    faults.push(faultAtOffset(wrong.pos[0], '', `This is not YAML we can read: ${wrong.message}`));
  if (faults.length > 0) return source(undefined);

  const walk = new Walk(document, places, (offset, path, message) =>
    faults.push(faultAtOffset(offset, textOfPath(path), message)),
  );
  const value = document.contents === null ? undefined : walk.plain(document.contents, [], 0);
  return source(faults.length > 0 ? undefined : value);
}

const pointer = (path: TreePath): string => JSON.stringify(path);

function nearest(places: ReadonlyMap<string, Place>, path: TreePath): Place {
  for (let length = path.length; length >= 0; length--) {
    const place = places.get(pointer(path.slice(0, length)));
    // What stands nearest above is named by its key: "the entry that lacks it" begins there.
    if (place !== undefined) return length === path.length ? place : { key: place.value, value: place.value };
  }
  return { key: 0, value: 0 };
}

class Walk {
  private valueCount = 0;
  private aliasCount = 0;
  private stopped = false;
  private readonly document: Document;
  private readonly places: Map<string, Place>;
  private readonly complain: (offset: number, path: TreePath, message: string) => void;

  constructor(
    document: Document,
    places: Map<string, Place>,
    complain: (offset: number, path: TreePath, message: string) => void,
  ) {
    this.document = document;
    this.places = places;
    this.complain = complain;
  }

  plain(node: Node | null, path: TreePath, keyOffset: number): unknown {
    const offset = node?.range?.[0] ?? keyOffset;
    this.places.set(pointer(path), { key: keyOffset, value: offset });
    if (node === null || this.stopped) return null;
    if (isAlias(node)) this.aliasCount++;
    const excess = this.excess(++this.valueCount, path.length);
    if (excess !== null) {
      this.stopped = true;
      this.complain(offset, path.slice(0, 3), `The file ${excess}.`);
      return null;
    }
    const target = isAlias(node) ? node.resolve(this.document) : node;
    if (target === undefined)
      this.complain(
        offset,
        path,
        `Nothing before this is named by the anchor ${quote(isAlias(node) ? node.source : '')}.`,
      );
    if (isMap(target)) return this.mapping(target.items, path);
    if (isSeq(target))
      return target.items.map((item, index) => this.plain(item as Node | null, [...path, index], offset));
    return isScalar(target) ? plainScalar(target) : null;
  }

  private excess(valueCount: number, depth: number): string | null {
    if (depth > depthMax) return `nests deeper than ${depthMax}`;
    if (this.aliasCount > aliasCountMax) return `expands more than ${aliasCountMax} aliases`;
    return valueCount > valueCountMax ? `expands to more than ${valueCountMax} values` : null;
  }

  private mapping(items: readonly { key: unknown; value: unknown }[], path: TreePath): Record<string, unknown> {
    const entries: [string, unknown][] = [];
    for (const { key, value } of items) {
      const offset = (key as Node | null)?.range?.[0] ?? 0;
      const name = isScalar(key) ? (key.source ?? String(key.value ?? '')) : null;
      // `__proto__` would change the object instead of entering it.
      if (name === null || name === '__proto__') {
        this.complain(
          offset,
          path,
          `${name === null ? 'A key that is not a plain word' : quote(name)} cannot be a key.`,
        );
        continue;
      }
      entries.push([name, this.plain(value as Node | null, [...path, name], offset)]);
    }
    return Object.fromEntries(entries);
  }
}

function plainScalar({ value, source }: Scalar): string | number | boolean | null {
  if (typeof value === 'number')
    return Number.isSafeInteger(value) && String(value) === source ? value : (source ?? String(value));
  if (typeof value === 'string' || typeof value === 'boolean' || value === null) return value;
  return source ?? String(value);
}
