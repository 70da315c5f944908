import { type Context, type Frame, isNumeric, onlyKeys } from './context.ts';
import { type DocumentType, describeType } from './document-type.ts';
import { resolveCodecs, resolveFit, resolveGiven } from './resolve-codecs.ts';
import { elementPlace, placeOf, resolveTarget } from './resolve-target.ts';
import { type MappingNode, textOf } from './source.ts';
import { type ElementPlace, isLeaf, type ValueField, type ValueSource } from './spec.ts';

/** What a field is called and where it goes in the document. */
export interface Named {
  readonly key: string;
  readonly path: string;
}

const VALUE_KEYS = ['at', 'where', 'scheme', 'codes', 'as', 'fit', 'default', 'read', 'write', 'key'];

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
    fallback: resolveGiven(context, node.entries.get('default')),
  };
}

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
