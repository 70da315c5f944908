import { CONTROLS, NON_DIGITS } from '../byte-classes.ts';
import type { CompositeDefinition, ElementDefinition, ElementType, ElementUse, SyntaxNote } from './definitions.ts';

/*
 * Shapes  the definitions once more, as the check of right segments reads them: numbers instead of texts, one kind of object per level.
 */
export const TEXT = 0;
export const REAL = 1;
export const INTEGER = 2;
export const NUMERIC = 3;
export const ALPHABETIC = 4;
export const BINARY = 5;
export const DATE = 6;
export const TIME = 7;

const KINDS: Readonly<Record<ElementType, number>> = {
  ID: TEXT,
  AN: TEXT,
  an: TEXT,
  R: REAL,
  N: INTEGER,
  n: NUMERIC,
  a: ALPHABETIC,
  B: BINARY,
  DT: DATE,
  TM: TIME,
};

/** Longer codes do not fit a small integer, and are looked up as texts. */
export const packedCodeLengthMax = 4;

/**
 * Codes of up to four characters as integers in an open table a quarter full: found in the transaction's text without making a string of each.
 */
export class CodeTable {
  readonly long: ReadonlySet<string>;
  readonly #slots: Int32Array;
  readonly #shift: number;

  constructor(codes: ReadonlySet<string>) {
    this.long = codes;
    const bits = Math.max(3, 34 - Math.clz32(codes.size));
    this.#slots = new Int32Array(2 ** bits);
    this.#shift = 32 - bits;
    for (const code of codes) if (code.length <= packedCodeLengthMax) this.#put(packedCode(code, 0, code.length));
  }

  #put(key: number): void {
    if (key <= 0) return;
    let at = Math.imul(key, 0x9e3779b1) >>> this.#shift;
    while ((this.#slots[at] ?? 0) !== 0) at = (at + 1) % this.#slots.length;
    this.#slots[at] = key;
  }

  /** Whether [from, to) of the text is one of the codes. */
  has(text: string, from: number, to: number): boolean {
    if (to - from > packedCodeLengthMax) return this.long.has(text.slice(from, to));
    const key = packedCode(text, from, to);
    if (key <= 0) return false;
    const slots = this.#slots;
    let at = Math.imul(key, 0x9e3779b1) >>> this.#shift;
    for (;;) {
      const found = slots[at] as number;
      if (found === key) return true;
      if (found === 0) return false;
      at = at + 1 === slots.length ? 0 : at + 1;
    }
  }
}

/** Up to four characters of seven bits as one number; 0 when one has more. */
function packedCode(text: string, from: number, to: number): number {
  let key = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    if (code > 0x7f) return 0;
    key = (key << 7) | code;
  }
  return key;
}

const tables = new WeakMap<ReadonlySet<string>, CodeTable>();

/** One value's kind, lengths and codes. */
export class ValueShape {
  readonly kind: number;
  /** What may make its characters wrong, or its length not that of its text: then they are looked at. */
  readonly refused: number;
  readonly min: number;
  readonly max: number;
  readonly isCoded: boolean;
  /** Right when its characters and length are. */
  readonly isPlain: boolean;
  readonly #codes: ReadonlySet<string> | null;
  #table: CodeTable | null = null;

  constructor({ type, min, max, codes }: ElementDefinition) {
    this.kind = KINDS[type];
    const isNumber = this.kind === REAL || this.kind === INTEGER || this.kind === NUMERIC;
    this.refused = isNumber ? NON_DIGITS : this.kind === TEXT ? CONTROLS : 0;
    this.isPlain = codes === null && (isNumber || this.kind === TEXT || this.kind === BINARY);
    this.min = min;
    this.max = max;
    this.isCoded = codes !== null;
    this.#codes = codes;
  }

  hasCode(text: string, from: number, to: number): boolean {
    return (this.#table ?? this.#open()).has(text, from, to);
  }

  /** Made when first asked for, and once for all places of the element: a version has 21,000 codes, traffic asks for a few hundred. */
  #open(): CodeTable {
    const codes = this.#codes ?? new Set();
    const table = tables.get(codes) ?? new CodeTable(codes);
    tables.set(codes, table);
    this.#table = table;
    return table;
  }
}

/** Parts of a composite. */
export class CompositeShape {
  readonly parts: readonly ValueShape[];
  readonly notes: readonly SyntaxNote[];
  readonly mandatory: number;
  readonly formatted: boolean;

  constructor({ components, notes, mandatory, formatted }: CompositeDefinition) {
    this.parts = components.map(({ element }) => new ValueShape(element));
    this.notes = notes;
    this.mandatory = mandatory;
    this.formatted = formatted;
  }
}

/** A segment's elements; each is a value or a composite. */
export class SegmentShape {
  readonly values: readonly (ValueShape | null)[];
  readonly composites: readonly (CompositeShape | null)[];
  /** The elements, as bits, of the last segment that had all it must and kept its notes: nearly always those of the next. */
  rightPresence = -1;
  /** Whether any value is an EDIFACT number, whose decimal mark UNA may name. */
  readonly hasNumbers: boolean;

  constructor(uses: readonly ElementUse[]) {
    this.values = uses.map(({ element }) => (element === null ? null : new ValueShape(element)));
    this.composites = uses.map(({ composite }) => (composite === null ? null : new CompositeShape(composite)));
    const parts = [...this.values, ...this.composites.flatMap((composite) => composite?.parts ?? [])];
    this.hasNumbers = parts.some((part) => part?.kind === NUMERIC);
  }
}
