import type { ElementDefinition } from '../parsers/standards/definitions.ts';
import { type CodedValue, codeWrittenFor } from './code-table.ts';
import { isDateCodec } from './codecs/codec.ts';
import { type Codec, type CodecWorld, compileCodecs } from './codecs/compile.ts';
import { isNumeric } from './language/context.ts';
import type { LeafType } from './language/document-type.ts';
import type { ValueSource } from './language/spec.ts';
import { type Decode, dateOf, dateText, impliedDecimal, lengthIn, plainDecimal, withoutPoint } from './wire-type.ts';

/*
 * Form  how the text of one place (or several, with a tuple codec) becomes the value of a document path, and how it goes back.
 */
export interface ValueForm {
  /** What a text means, when looking it up is all there is to it: the next commonest. */
  readonly lookup: ReadonlyMap<string, CodedValue> | null;
  /** Null when the text is taken as it is: the commonest case, and the road without a call. */
  readonly decode: ((text: string, world: CodecWorld) => unknown) | null;
  /** For several places; null for one. */
  readonly decodeTuple: ((texts: readonly string[], world: CodecWorld) => unknown) | null;
  /** Whether texts of several places are certain to be written again as they are. */
  isFaithful(texts: readonly string[]): boolean;
  /** Texts for the places, or a sentence's end saying why not: "is no decimal". */
  encode(value: unknown, world: CodecWorld): readonly string[] | Unfit;
}

export interface Unfit {
  readonly why: string;
  /** A shorter text that would fit, when cutting is all it takes. */
  readonly cut: string | null;
}
export const unfit = (why: string, cut: string | null = null): Unfit => ({ why, cut });
export const isUnfit = (texts: readonly string[] | Unfit): texts is Unfit => 'why' in texts;

export function formOf(source: ValueSource, leaf: LeafType, decimalMarks: boolean): ValueForm {
  const [place] = source.places;
  if (place === undefined) throw new TypeError('a value has a place');
  // Dates and codes are no numbers, whatever the document makes of them: HP is looked up, and only the 100 it means is a decimal.
  const raw = source.codecs.some((codec) => isDateCodec(codec) || codec.kind === 'table');
  const typed = raw ? null : typedDecode(place.type, leaf, source, decimalMarks);
  const codec = source.codecs.length > 0 ? compileCodecs(source.codecs) : null;
  const types = source.places.map(({ type }) => type);
  const looksUp = source.codes !== null && leaf.kind === 'coded' && codec === null && leaf.pattern === null;
  return {
    lookup: looksUp && source.places.length === 1 ? source.codes.byOriginal : null,
    decode: source.places.length > 1 ? null : matching(leaf, decodeWith(typed, codec, source, leaf)),
    decodeTuple:
      source.places.length > 1 && codec !== null ? (texts, world) => asLeaf(codec.decode(texts, world), leaf) : null,
    // Where only a day fits, a time that was sent is lost, and must be told.
    isFaithful: (texts) => (codec?.isFaithful?.(texts) ?? false) && (leaf.kind !== 'date' || texts[0]?.length === 8),
    encode: encodeWith(codec, source, leaf, types, raw),
  };
}

/** A moment where the document holds a day gives its day; a period gives nothing. */
function asLeaf(value: unknown, { kind }: LeafType): unknown {
  if (kind !== 'date' || value === undefined) return value;
  return typeof value === 'string' ? value.slice(0, 10) : undefined;
}

/** A text that the schema would refuse is no value of its path. */
function matching({ pattern }: LeafType, decode: WorldDecode | null): WorldDecode | null {
  if (pattern === null) return decode;
  return (text, world) => {
    const value = decode === null ? text : decode(text, world);
    return typeof value === 'string' && !pattern.test(value) ? undefined : value;
  };
}

type WorldDecode = (text: string, world: CodecWorld) => unknown;

function decodeWith(
  typed: Decode | null,
  codec: Codec | null,
  source: ValueSource,
  leaf: LeafType,
): WorldDecode | null {
  const table = source.codes;
  if (table !== null && leaf.kind === 'coded' && codec === null) {
    const { byOriginal } = table;
    return (text) => byOriginal.get(text) ?? { original: text };
  }
  if (codec === null && leaf.kind !== 'coded' && table === null) {
    if (leaf.words !== null) return (text) => (leaf.words?.includes(text) ? text : undefined);
    return typed;
  }
  const [only] = source.codecs;
  if (only?.kind === 'table' && source.codecs.length === 1 && table === null && leaf.kind !== 'coded') {
    const { byOriginal } = only.table;
    return (text) => byOriginal.get(text)?.code;
  }
  return (text, world) => {
    const plain = typed === null ? text : typed(text);
    if (plain === undefined) return undefined;
    const value = codec === null ? plain : codec.decode([plain], world);
    if (leaf.kind === 'coded' && typeof value === 'string') return table?.byOriginal.get(value) ?? { original: value };
    if (table !== null && typeof value === 'string') return table.byOriginal.get(value)?.code ?? value;
    return value;
  };
}

function typedDecode(
  type: ElementDefinition,
  leaf: LeafType,
  source: ValueSource,
  decimalMarks: boolean,
): Decode | null {
  if (source.codes !== null || leaf.kind === 'coded') return null;
  if (type.type === 'N' && type.places > 0) return (text) => impliedDecimal(text, type.places);
  if (leaf.kind === 'decimal')
    // EDIFACT takes both marks, whatever UNA says: a partner's comma is no thousands separator, for there is none.
    return decimalMarks ? (text) => plainDecimal(text.includes(',') ? text.replace(',', '.') : text) : plainDecimal;
  if (type.type === 'DT' && leaf.kind !== 'text') return dateOf;
  return null;
}

function encodeWith(
  codec: Codec | null,
  source: ValueSource,
  leaf: LeafType,
  types: readonly ElementDefinition[],
  raw: boolean,
): ValueForm['encode'] {
  const lengths = types.map(({ max }) => max);
  const [type] = types;
  return (value, world) => {
    const text = wireCode(value, source, leaf);
    if (typeof text === 'object' && text !== null && 'why' in text) return text as Unfit;
    if (codec === null) {
      if (typeof text !== 'string') return unfit('is no text');
      return typeof text === 'string' && type !== undefined
        ? fitted(plainText(text, type, leaf), type, leaf.kind === 'text')
        : unfit('is no text');
    }
    const parts = codec.encode(text, world, lengths);
    if (parts === undefined || !sameValue(codec.decode(parts, world), text))
      return unfit('is nothing its codec can write');
    const whole: string[] = [];
    for (const [index, part] of parts.entries()) {
      const place = types[index];
      const wire =
        place === undefined || part === '' ? [part] : fitted(raw ? part : plainText(part, place, leaf), place, false);
      if (isUnfit(wire)) return wire;
      whole.push(wire[0] ?? '');
    }
    return whole;
  };
}

const sameValue = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

/** The wire's code for a value of ours: what was sent, when it still means the same; else the table's first. */
function wireCode(value: unknown, source: ValueSource, leaf: LeafType): unknown {
  const table = source.codes;
  if (leaf.kind === 'coded') {
    if (typeof value !== 'object' || value === null) return unfit('is no code {code, original}');
    const { code, original } = value as CodedValue;
    if (
      original !== undefined &&
      (code === undefined || table === null || table.byOriginal.get(original)?.code === code)
    )
      return original;
    const written = code === undefined || table === null ? undefined : codeWrittenFor(table, code);
    if (written !== undefined) return written;
    return unfit(
      table === null ? 'has no original, and its place has no code table' : `has no code in the table '${table.name}'`,
    );
  }
  if (table === null || typeof value !== 'string') return value;
  return (
    table.byCode.get(value) ?? (table.byOriginal.has(value) ? unfit(`has no code in the table '${table.name}'`) : value)
  );
}

/** Canonical text in the element's type; undefined when it does not go. */
function plainText(text: string, type: ElementDefinition, leaf: LeafType): string | undefined {
  if (type.type === 'N' && type.places > 0 && leaf.kind !== 'coded')
    return padded(withoutPoint(text, type.places), type.min);
  if (leaf.kind === 'decimal')
    return type.type === 'N' || type.type === 'n' ? padded(plainDecimal(text), type.min) : plainDecimal(text);
  if (type.type === 'DT' && (leaf.kind === 'date' || leaf.kind === 'moment' || leaf.kind === 'when'))
    return dateText(text, type.max);
  return text;
}

const padded = (text: string | undefined, min: number): string | undefined => {
  if (text === undefined || text.length >= min || text.includes('.')) return text;
  return text.startsWith('-') ? `-${text.slice(1).padStart(min, '0')}` : text.padStart(min, '0');
};

/** Words may be cut to fit; a number, a date or a code cut short would be another. */
function fitted(text: string | undefined, type: ElementDefinition, mayCut: boolean): readonly string[] | Unfit {
  if (text === undefined)
    return unfit(`is nothing an element of type ${type.type}${type.places > 0 ? type.places : ''} can hold`);
  if (text === '') return unfit('is empty');
  const length = lengthIn(type, text);
  if (length > type.max)
    return unfit(
      `has ${length} characters, and ${type.max} fit`,
      mayCut && !isNumeric(type) ? text.slice(0, type.max) : null,
    );
  return length < type.min ? unfit(`has ${length} characters, and ${type.min} are the least`) : [text];
}
