import fc from 'fast-check';
import type { Document } from '../../src/documents/index.ts';
import { checkDigitOf } from '../../src/mappers/codecs/sscc.ts';
import type { AgreementValues, MapOf } from '../../src/mappers/index.ts';
import type { LeafType } from '../../src/mappers/language/document-type.ts';
import type { Condition, ElementPlace, Field, Target, ValueSource } from '../../src/mappers/language/spec.ts';
import { ASSIGNED_NUMBER } from '../../src/mappers/read/compile-value.ts';
import { formOf, isUnfit } from '../../src/mappers/value-form.ts';
import { shippedDocuments } from './shipped-documents.ts';

/*
 * Documents of a map's domain, made from the map itself: codes of its tables, texts that fit, paths it has, as many items as their places hold.
 * A value is made as the wire would hold it and decoded: what no wire text stands for is in no domain.
 */
export type Fields = Record<string, unknown>;
const world = (agreement: AgreementValues) => ({ agreement, holds: () => true });

/** Every document a map can carry. Writing tells which of them lack what the standard wants; the caller leaves those out. */
export function documentsOf(map: MapOf, agreement: AgreementValues): fc.Arbitrary<Document> {
  const { spec } = map;
  const header = fieldsOf(spec.fields, spec.fields, spec.type.required, agreement);
  const all = spec.hierarchy === null ? header : shippedDocuments(map, header, agreement);
  return all.map((fields) => spreadSame({ ...emptyLists(map), ...fields }, spec.fields) as Document);
}

/** What the document must have and the map may say nothing of. */
const emptyLists = ({ spec: { type } }: MapOf): Fields =>
  Object.fromEntries(
    [...type.required].flatMap((key) => (type.properties.get(key)?.kind === 'array' ? [[key, []]] : [])),
  );

/** An object: what it must have, and of the rest what chance gives. */
export function fieldsOf(
  fields: readonly Field[],
  siblings: readonly Field[],
  required: ReadonlySet<string>,
  agreement: AgreementValues,
): fc.Arbitrary<Fields> {
  const parts = fields.flatMap((field) => {
    const made = fieldOf(field, siblings, agreement);
    return made === null ? [] : [{ key: field.key, made, must: required.has(field.key) || isMandatory(field) }];
  });
  return fc
    .tuple(...parts.map(({ made, must }) => (must ? made : fc.option(made, { nil: undefined, freq: 5 }))))
    .map((values) =>
      Object.fromEntries(
        values.flatMap((value, index) => {
          const key = parts[index]?.key ?? '';
          return isNothing(value) && !(required.has(key) && Array.isArray(value)) ? [] : [[key, value]];
        }),
      ),
    )
    .map((item) => tied(item, fields, agreement));
}

/** Two fields on one element say the same in two ways: the second follows from the first. */
function tied(item: Fields, fields: readonly Field[], agreement: AgreementValues): Fields {
  const values = fields.filter((field) => field.kind === 'value');
  for (const [index, later] of values.entries()) {
    const earlier = values
      .slice(0, index)
      .find(
        ({ source }) =>
          source.target.key === later.source.target.key &&
          source.places.length === 1 &&
          source.places[0]?.text === later.source.places[0]?.text,
      );
    if (earlier === undefined) continue;
    const texts =
      item[earlier.key] === undefined
        ? null
        : formOf(earlier.source, earlier.type, false).encode(item[earlier.key], world(agreement));
    const value =
      texts === null || isUnfit(texts)
        ? undefined
        : formOf(later.source, later.type, false).decode?.(texts[0] ?? '', world(agreement));
    if (value === undefined) delete item[later.key];
    else item[later.key] = value;
  }
  return item;
}

const isNothing = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.length === 0) ||
  (typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length === 0);

/** Whether the standard wants the element a field stands in, wherever its segment stands at all. */
function isMandatory(field: Field): boolean {
  if (field.kind === 'value')
    return field.source.places.some(
      ({ mandatory, composite, type }) => mandatory || composite || type.id === ASSIGNED_NUMBER,
    );
  if (field.kind === 'object') return field.fields.some(isMandatory);
  if (field.kind === 'first') return field.alternatives.slice(0, 1).some(isMandatory);
  if (field.kind === 'gather') return field.parts.some(isMandatory);
  if (field.kind === 'slots') return field.many && field.others === false;
  return false;
}

function fieldOf(field: Field, siblings: readonly Field[], agreement: AgreementValues): fc.Arbitrary<unknown> | null {
  switch (field.kind) {
    case 'value':
      return textValueOf(field.source, field.type, [], agreement);
    case 'first':
      return field.alternatives[0] === undefined ? null : fieldOf(field.alternatives[0], siblings, agreement);
    case 'object':
      return fieldsOf(field.fields, [...siblings, ...field.fields], field.type.required, agreement);
    case 'one': {
      const [only] = field.fields;
      if (only !== undefined && only.path === field.path) return fieldOf(only, field.fields, agreement);
      return itemOf(field.fields, field.type.required, field.target, [], agreement);
    }
    case 'each':
    case 'slots':
      return listOf(field, siblings, agreement);
    case 'gather':
      return gathered(field.parts, siblings, agreement);
    case 'same':
      return textValueOf(field.source, field.type, [], agreement);
    default:
      return null;
  }
}

/** How many items a place holds, within what a test can look at. */
const countMax = 4;

function listOf(field: Field & { kind: 'each' | 'slots' }, siblings: readonly Field[], agreement: AgreementValues) {
  const claimed = field.others ? claimedCodes(field.target, siblings) : [];
  const room = field.target.loop?.max ?? field.target.segment.max;
  const slots = field.kind === 'slots' ? Math.floor((field.to - field.from + 1) / field.size) : 1;
  const segments = field.kind === 'slots' && !field.many ? 1 : Math.min(room, countMax);
  const max = field.kind === 'slots' ? Math.min(slots * segments, slots + 3) : segments;
  const item = fieldItem(field, claimed, agreement);
  if (item === null) return null;
  if (field.join === null) return fc.array(item, { minLength: isMandatory(field) ? 1 : 0, maxLength: max });
  const { join } = field;
  return fc
    .array(item, { minLength: 1, maxLength: Math.min(max, slots > 1 ? slots : max) })
    .map((pieces) => pieces.join(join));
}

function fieldItem(
  field: Field & { kind: 'each' | 'slots' },
  claimed: readonly Condition[],
  agreement: AgreementValues,
) {
  if (field.fields === null)
    return field.value === null ? null : textValueOf(field.value.source, field.value.type, claimed, agreement);
  const required =
    field.type.kind === 'array' && field.type.items.kind === 'object' ? field.type.items.required : new Set<string>();
  return itemOf(field.fields, required, field.target, claimed, agreement);
}

/** An item of a group: codes its own conditions allow, and not those a neighbour claims. */
function itemOf(
  fields: readonly Field[],
  required: ReadonlySet<string>,
  target: Target,
  claimed: readonly Condition[],
  agreement: AgreementValues,
) {
  const allowed = target.steps.flatMap(({ conditions }) => conditions);
  const within = fields.map((field) => narrowed(field, allowed, claimed));
  return fieldsOf(within, within, required, agreement).filter((item) => Object.keys(item).length > 0);
}

/** The codes of a group's conditions reach its fields as conditions of their own. */
function narrowed(field: Field, allowed: readonly Condition[], claimed: readonly Condition[]): Field {
  if (field.kind === 'object')
    return { ...field, fields: field.fields.map((inner) => narrowed(inner, allowed, claimed)) };
  if (field.kind !== 'value') return field;
  const { source } = field;
  const here = allowed.filter(
    ({ use, place }) => use.tag === source.target.segment.tag && source.places.some((at) => samePlace(at, place)),
  );
  const not = claimed.filter(
    ({ use, place }) => use.tag === source.target.segment.tag && source.places.some((at) => samePlace(at, place)),
  );
  if (here.length === 0 && not.length === 0) return field;
  const excluded = new Set(not.flatMap(({ values }) => values ?? []));
  const keeps = (code: string) => here.every(({ values }) => values?.includes(code) === true) && !excluded.has(code);
  const codes = source.codes;
  if (codes === null) return field;
  const byOriginal = new Map([...codes.byOriginal].filter(([code]) => keeps(code)));
  return { ...field, source: { ...source, codes: { ...codes, byOriginal } } };
}

const samePlace = (a: ElementPlace, b: ElementPlace) =>
  a.element === b.element && a.component === b.component && a.slot === b.slot;

function claimedCodes(target: Target, siblings: readonly Field[]): Condition[] {
  const position = target.steps.at(-1)?.position;
  return siblings
    .flatMap(targetsIn)
    .filter((other) => other !== target && other.steps[target.steps.length - 1]?.position === position)
    .flatMap(({ steps }) => steps.flatMap(({ conditions }) => conditions))
    .map((condition) => ({ ...condition, place: condition.place }));
}

function targetsIn(field: Field): Target[] {
  if (field.kind === 'value') return [field.source.target];
  if (field.kind === 'one' || field.kind === 'each' || field.kind === 'slots')
    return field.others ? [] : [field.target];
  if (field.kind === 'object') return field.fields.flatMap(targetsIn);
  if (field.kind === 'first') return field.alternatives.flatMap(targetsIn);
  return field.kind === 'gather' ? field.parts.flatMap(targetsIn) : [];
}

/** Parts in their order, so that the list comes back in its own. */
function gathered(
  parts: readonly Field[],
  siblings: readonly Field[],
  agreement: AgreementValues,
): fc.Arbitrary<unknown> {
  const all = parts.flatMap((part) => {
    const made = fieldOf(part, [...siblings, ...parts], agreement);
    const many = part.kind === 'each' || part.kind === 'slots';
    return made === null ? [] : [many ? made : made.filter((item) => !isNothing(item)).map((item) => [item])];
  });
  return fc.tuple(...all).map((lists) => (lists as unknown[][]).flat());
}

const LETTERS = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'];
const letters = (min: number, max: number) =>
  fc
    .array(fc.constantFrom(...LETTERS), { minLength: Math.max(min, 1), maxLength: Math.max(max, min, 1) })
    .map((chars) => chars.join(''));
const digits = (min: number, max: number) =>
  fc
    .array(fc.constantFrom(...'0123456789'), { minLength: Math.max(min, 1), maxLength: Math.max(max, min, 1) })
    .map((chars) => chars.join(''));
const day = fc
  .tuple(fc.integer({ min: 2001, max: 2060 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 28 }))
  .map(([year, month, date]) => `${year}${String(month).padStart(2, '0')}${String(date).padStart(2, '0')}`);
const time = fc
  .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
  .map(([h, m]) => `${String(h).padStart(2, '0')}${String(m).padStart(2, '0')}`);

/** A wire text of the element's type. */
function wireText(place: ElementPlace): fc.Arbitrary<string> {
  const { type, min, max } = place.type;
  if (type === 'R')
    return fc
      .tuple(fc.integer({ min: 0, max: 10 ** Math.min(max - 2, 6) - 1 }), digits(0, 2))
      .map(([whole, rest]) => `${whole}.${rest}`);
  if (type === 'N') return fc.integer({ min: 10 ** (min - 1), max: 10 ** Math.min(max, 9) - 1 }).map(String);
  if (type === 'n') return fc.integer({ min: 0, max: 10 ** Math.min(max, 6) - 1 }).map(String);
  if (type === 'DT') return max >= 8 ? day : day.map((text) => text.slice(2));
  return type === 'TM' ? time : letters(min, Math.min(max, 12));
}

function wireTexts(source: ValueSource, type: LeafType): fc.Arbitrary<readonly string[]> {
  const [place] = source.places;
  const [codec] = source.codecs;
  if (place === undefined) return fc.constant([]);
  const codes = source.codes === null ? [] : [...source.codes.byOriginal.keys()];
  const fitting = codes.filter((code) => code.length >= place.type.min && code.length <= place.type.max);
  if (source.codes !== null)
    return fitting.length === 0
      ? letters(place.type.min, place.type.max).map((text) => [text])
      : fc.constantFrom(...fitting).map((code) => [code]);
  if (codec?.kind === 'date-time') return dateTimes(source, type);
  if (codec?.kind === 'edifact-date') return edifactDates(type);
  if (codec?.kind === 'sscc')
    return digits(17, 17).map((text) => [`${codec.withIdentifier ? '00' : ''}${text}${checkDigitOf(text)}`]);
  if (codec?.kind === 'table') return fc.constantFrom(...codec.table.byCode.values()).map((code) => [code]);
  if (type.kind === 'decimal' && place.type.type !== 'N' && place.type.type !== 'n')
    return fc.integer({ min: 0, max: 99_999 }).map((amount) => [String(amount)]);
  if (type.words !== null) return fc.constantFrom(...type.words).map((word) => [word]);
  return wireText(place).map((text) => [currencyLike(text, type, place)]);
}

/** The schema's own patterns for texts are few: a currency is three letters. */
const currencyLike = (text: string, type: LeafType, place: ElementPlace): string =>
  type.kind === 'text' && place.type.min === 3 && place.type.max === 3 ? text.replace(/\d/g, 'X') : text;

const dateTimes = (source: ValueSource, type: LeafType) =>
  fc.tuple(day, fc.option(time, { nil: '' })).map(([date, clock]) => {
    const whole = type.kind === 'moment' && source.places.every(({ mandatory }) => mandatory) ? clock || '0830' : clock;
    return source.places.length === 1 ? [date] : [date, whole, ...source.places.slice(2).map(() => '')];
  });

const edifactDates = (type: LeafType) =>
  fc.oneof(
    day.map((date) => [date, '102']),
    ...(type.kind === 'date' ? [] : [fc.tuple(day, time).map(([date, clock]) => [`${date}${clock}`, '203'])]),
    ...(type.kind === 'when' ? [fc.tuple(day, day).map(([from, to]) => [`${from}${to}`, '718'])] : []),
  );

function textValueOf(
  source: ValueSource,
  type: LeafType,
  claimed: readonly Condition[],
  agreement: AgreementValues,
): fc.Arbitrary<unknown> {
  const form = formOf(source, type, false);
  const excluded = new Set(claimed.flatMap(({ values }) => values ?? []));
  return wireTexts(source, type)
    .map((texts) => {
      const [text = ''] = texts;
      if (excluded.has(text)) return undefined;
      return form.decodeTuple !== null
        ? form.decodeTuple(texts, world(agreement))
        : form.decode === null
          ? text
          : form.decode(text, world(agreement));
    })
    .filter((value) => value !== undefined && !isUnfit(form.encode(value, world(agreement))));
}

/** A value that stands at one place and in every line is one value: the header's, else the first line's. */
function spreadSame(document: Fields, fields: readonly Field[]): Fields {
  const sames = fields.flatMap((field) =>
    field.kind === 'each'
      ? (field.fields ?? []).filter(({ kind }) => kind === 'same').map((same) => ({ list: field.key, same }))
      : [],
  );
  for (const { list, same } of sames) {
    const items = (document[list] as Fields[] | undefined) ?? [];
    const header = fields.find(
      (field) =>
        field.kind === 'value' &&
        same.kind === 'same' &&
        field.source.target.segment === same.source.target.segment &&
        field.source.places[0]?.element === same.source.places[0]?.element,
    );
    const value =
      (header === undefined ? undefined : document[header.key]) ??
      items.find((item) => item[same.key] !== undefined)?.[same.key];
    if (header !== undefined && value !== undefined) document[header.key] = value;
    for (const item of items) {
      if (value === undefined || Object.keys(item).every((key) => key === same.key)) delete item[same.key];
      else item[same.key] = value;
    }
    if (document[list] !== undefined) document[list] = items.filter((item) => Object.keys(item).length > 0);
  }
  return document;
}
