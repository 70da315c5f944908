import type { Faults } from '../fault.ts';
import type { ElementPlace, Field, MapSpec, Target, ValueField } from './spec.ts';

/*
 * Fields that get in each other's way: two that write one element, and one that reads "the first REF, whichever it is" beside others that choose theirs.
 */
interface Written {
  readonly field: ValueField;
  readonly target: Target;
  readonly place: ElementPlace;
}

/** Looks at every frame of a map; the objects of a frame share it. */
export function findOverlaps(spec: MapSpec, faults: Faults): void {
  checkFrame(spec.fields, faults);
  for (const node of spec.hierarchy?.nodes ?? []) checkFrame(node.fields, faults);
}

function checkFrame(fields: readonly Field[], faults: Faults): void {
  const written = fields.flatMap(writtenBy);
  const seen = new Map<string, Written>();
  for (const one of written) {
    const key = `${one.target.key} ${one.place.slot} ${one.place.element}-${one.place.component}*${one.place.repetition}`;
    const earlier = seen.get(key);
    if (earlier === undefined) seen.set(key, one);
    else if (isContrary(one, earlier))
      faults.add(
        one.field.at,
        `${one.place.text} is written by ${one.field.path} and by ${earlier.field.path}, in two forms.`,
      );
  }
  for (const one of written) {
    const rival = written.find((other) => isRival(one.target, other.target));
    if (rival !== undefined)
      faults.add(
        one.field.at,
        `${one.field.path} reads the first ${one.target.segment.tag}, whichever it is, beside ${rival.field.path}, which chooses: it wants \`where:\`.`,
        'warning',
      );
  }
  for (const inner of fields.flatMap(framesBelow)) checkFrame(inner, faults);
}

/**
 * Two names for one value are allowed: writing tells when they differ. Two forms of it are not, but for a value looked up in a table, which follows
 * from the element the other field holds: basis HP, and 100 units.
 */
const isContrary = (a: Written, b: Written): boolean =>
  conditionsOf(a.target) === conditionsOf(b.target) &&
  formOf(a.field) !== formOf(b.field) &&
  !isDerived(a.field) &&
  !isDerived(b.field);

const formOf = ({ type, source }: ValueField): string =>
  JSON.stringify([
    type.kind,
    source.codes?.name ?? null,
    source.codecs.map(({ kind }) => kind),
    source.places.map(({ text }) => text),
  ]);

/** Fields with different conditions on one segment are alternatives: a document has one of them. */
const conditionsOf = ({ steps, ownConditions }: Target): string =>
  [...steps.flatMap(({ conditions }) => conditions), ...ownConditions]
    .map(({ place, values }) => `${place.text}=${values?.join('|') ?? ''}`)
    .join('&');

const isDerived = ({ source }: ValueField): boolean => source.codecs.some(({ kind }) => kind === 'table');

function writtenBy(field: Field): Written[] {
  switch (field.kind) {
    case 'value':
      return field.source.places.map((place) => ({ field, target: field.source.target, place }));
    case 'object':
      return field.fields.flatMap(writtenBy);
    case 'first':
      return field.alternatives.slice(0, 1).flatMap(writtenBy);
    default:
      return [];
  }
}

/** Same position, and the other one has conditions where the first has none; a segment that stands but once cannot be mistaken. */
function isRival(plain: Target, other: Target): boolean {
  if (plain === other || plain.origin === 'own' || plain.origin !== other.origin || plain.key === other.key)
    return false;
  const hasConditions = ({ steps }: Target) => steps.some(({ conditions }) => conditions.length > 0);
  if (hasConditions(plain) || !hasConditions(other) || plain.steps.length !== other.steps.length) return false;
  return plain.steps.every(({ position }, index) => other.steps[index]?.position === position);
}

function framesBelow(field: Field): (readonly Field[])[] {
  switch (field.kind) {
    case 'one':
      return [field.fields];
    case 'each':
    case 'slots':
      return field.fields === null ? [] : [field.fields];
    case 'object':
      return field.fields.flatMap(framesBelow);
    case 'first':
      return field.alternatives.flatMap(framesBelow);
    case 'gather':
      return field.parts.flatMap(framesBelow);
    default:
      return [];
  }
}
