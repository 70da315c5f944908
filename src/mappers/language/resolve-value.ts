import type { SegmentUse } from '../../parsers/standards/definitions.ts';
import { type Context, type Frame, isNumeric, onlyKeys } from './context.ts';
import { type DocumentType, describeType } from './document-type.ts';
import { resolveCodecs, resolveFit, resolveGiven } from './resolve-codecs.ts';
import { elementPlace, placeOf, resolveTarget } from './resolve-target.ts';
import { type MapNode, type MappingNode, textOf } from './source.ts';
import { type ElementPlace, isLeaf, type ValueField, type ValueSource } from './spec.ts';

/** What a field is called and where it goes in the document. */
export interface Named {
  readonly key: string;
  readonly path: string;
}

const VALUE_KEYS = ['at', 'where', 'scheme', 'codes', 'as', 'fit', 'default', 'read', 'write', 'key', 'unsaid'];

/** A single value: `at:` with what turns its text into the document's. Null after a fault. */
export function valueField(
  context: Context,
  node: MappingNode,
  frame: Frame,
  type: DocumentType,
  named: Named,
): ValueField | null {
  onlyKeys(node, VALUE_KEYS, context.faults, 'a single value');
  if (!isLeaf(type)) {
    context.faults.add(node, `${named.path} is ${describeType(type)}; a single place does not fill it.`);
    return null;
  }
  const source = valueSource(context, node, frame);
  if (source === null) return null;
  if (source.codes !== null && type.kind !== 'coded' && type.kind !== 'text')
    context.faults.add(node, `${named.path} is ${describeType(type)}, and \`codes:\` makes a code.`);
  const dates = type.kind === 'date' || type.kind === 'moment' || type.kind === 'when';
  const [place] = source.places;
  if (dates && source.codecs.length === 0 && place !== undefined && place.type.type !== 'DT')
    context.faults.add(
      node,
      `${named.path} is a date, and ${place.text} is not: \`as: date\`, date-time or edifact-date say how it reads.`,
    );
  if (place !== undefined && isNumeric(place.type) && type.kind === 'date')
    context.faults.add(node, `${named.path} is a date, and ${place.text} a number.`);
  return {
    kind: 'value',
    ...named,
    at: node,
    type,
    source,
    chosen: node.entries.get('unsaid')?.kind === 'mapping',
    fallback: resolveGiven(context, node.entries.get('default')),
  };
}

/**
 * `unsaid: "20"` for the field's own place; `unsaid: { at: RTE01-1, by: ALC01, A: "1", C: "2" }` for a neighbour no field holds, chosen by
 * an element of the group around it. The first code also stands where none of the others is chosen.
 */
function noteUnsaid(
  context: Context,
  node: MapNode | undefined,
  use: SegmentUse,
  [own]: readonly ElementPlace[],
  frame: Frame,
): void {
  if (node === undefined || own === undefined) return;
  const tell = (what: string): void => {
    context.faults.add(node, `\`unsaid:\` ${what}`);
  };
  const entries = node.kind === 'mapping' ? new Map(node.entries) : new Map<string, MapNode>();
  const at = entries.get('at');
  const named = at === undefined ? null : placeOf(context, at, '`at:`');
  const place = at === undefined || named === null ? own : elementPlace(context, use, named, at, frame);
  if (place === null) return;
  if (!isWanted(use, place)) {
    tell(`is for what the standard wants, and ${place.text} may be left out.`);
    return;
  }
  const plain = textOf(node);
  if (plain !== undefined) {
    context.unsaid.push({ use, place, text: plain, by: null });
    return;
  }
  const [, tag, element] = /^([A-Z][A-Z0-9]{1,2})(\d\d)$/.exec(textOf(entries.get('by')) ?? '') ?? [];
  const chosen = [...entries].filter(([key]) => key !== 'by' && key !== 'at');
  const texts = new Map(chosen.map(([code, inner]) => [code, textOf(inner) ?? '']));
  const [text] = texts.values();
  if (tag === undefined || text === undefined || [...texts.values()].includes(''))
    tell('is a code, or `by:` an element like ALC01 with a code for each of its own.');
  else context.unsaid.push({ use, place, text, by: { tag, element: Number(element), texts } });
}

const isWanted = ({ definition }: SegmentUse, { element, component }: ElementPlace): boolean => {
  const use = definition.elements[element - 1];
  return (component > 0 ? use?.composite?.components[component - 1] : use)?.requirement === 'M';
};

function valueSource(context: Context, node: MappingNode, frame: Frame): ValueSource | null {
  const at = node.entries.get('at');
  const places = at?.kind === 'list' ? at.items : at === undefined ? [] : [at];
  const [first] = places;
  if (first === undefined) return null;
  const parsed = placeOf(context, first, '`at:`');
  if (parsed === null) return null;
  const target = resolveTarget(context, frame, parsed, first, node.entries.get('where'), false);
  if (target === null) return null;
  const elements: ElementPlace[] = [];
  for (const place of places) {
    const text = placeOf(context, place, '`at:`');
    const sameSegment = text !== null && text.tag === parsed.tag && text.slot > 0 === parsed.slot > 0;
    if (text !== null && !sameSegment) context.faults.add(place, 'All elements of a tuple stand in one segment.');
    const element = text === null || !sameSegment ? null : elementPlace(context, target.segment, text, place, frame);
    if (element === null) return null;
    elements.push(element);
  }
  noteUnsaid(context, node.entries.get('unsaid'), target.segment, elements, frame);
  const codecs = resolveCodecs(context, node.entries.get('as'));
  const tuple = codecs[0]?.kind === 'date-time' || codecs[0]?.kind === 'edifact-date';
  if (elements.length > 1 && !tuple)
    context.faults.add(node, 'Several elements want a codec that joins them: date-time or edifact-date.');
  const codes = textOf(node.entries.get('codes'));
  const codesNode = node.entries.get('codes');
  return {
    target,
    places: elements,
    codes: codes === undefined || codesNode === undefined ? null : context.codes(codes, codesNode),
    codecs,
    fit: resolveFit(context, node.entries.get('fit')),
  };
}
