import type { Problem, ProblemCode, Verdict } from '../../core/problem.ts';
import type {
  ElementNote,
  GroupVerdict,
  InterchangeVerdict,
  SegmentNote,
  ServicePlace,
  TransactionVerdict,
} from '../acknowledgment.ts';
import { segmentNotesMax } from '../limits.ts';
import type { GroupHeader, InterchangeHeader, Transaction } from '../transaction.ts';
import { isRejecting } from '../weigh-trailers.ts';
import { answerLevelOf } from '../wire-codes.ts';
import { contrlCodeOf } from './wire-codes.ts';

/** "3" of "UNOC:3": the syntax a CONTRL is written in is that of what it answers. Below 4 there is only one CONTRL. */
export const contrlSyntaxOf = ({ version }: Pick<InterchangeHeader, 'version'>): '3' | '4' =>
  version.endsWith(':4') ? '4' : '3';

/** "D:96A:UN:EAN008": what stands behind the message type in S009, as sent; null when nothing does. */
export function messageReference(transaction: Pick<Transaction, 'segments'>): string | null {
  const header = transaction.segments[0];
  if (header === undefined) return null;
  const parts = [2, 3, 4, 5].map((component) => header.value(2, component));
  const text = parts.join(':').replace(/:+$/, '');
  return text === '' ? null : text;
}

const isError = ({ severity }: Problem): boolean => severity === 'error';

/** Composites of the service segments: a component number means something in these only (ISO 9735, 0104). */
const COMPOSITES: Readonly<Record<string, readonly number[]>> = {
  UNB: [1, 2, 3, 4, 6],
  UNG: [2, 3, 4, 7],
  UNH: [2, 4],
};

/** What of UNH a message is unknown by: its type, or the version behind it. */
const OF_UNH: Partial<Record<ProblemCode, number>> = {
  'transaction/unknown-message': 1,
  'transaction/unknown-version': 3,
};

/** What is missing or wrong among a service segment's elements; a trailer that never came is named by what was expected. */
function servicePlace({ at, expected, code }: Problem): ServicePlace | null {
  const tag = at.tag ?? (code.endsWith('/trailer-missing') ? expected : null);
  if (tag === null) return null;
  const unknown = OF_UNH[code];
  if (unknown !== undefined) return { tag: 'UNH', element: 2, component: unknown };
  const composite = at.elementNumber !== null && COMPOSITES[tag]?.includes(at.elementNumber) === true;
  return { tag, element: at.elementNumber, component: composite ? at.componentNumber : null };
}

/** The code and place of the first error, as UCI, UCF and UCM have room for one. */
function firstOf(
  errors: readonly Problem[],
  syntax: '3' | '4',
): { code: string; service: { service?: ServicePlace } } | null {
  const [first] = errors;
  if (first === undefined) return null;
  const place = servicePlace(first);
  return { code: contrlCodeOf(first, syntax), service: place === null ? {} : { service: place } };
}

/** These say that something should have stood before the segment they point at. */
const BEFORE: ReadonlySet<ProblemCode> = new Set([
  'segment/missing',
  'loop/missing',
  'loop/implied',
  'map/segment-missing',
]);

/**
 * What a CONTRL says of one message: its errors in 0085 codes, those of one segment together. What UNH or UNT has wrong is told in UCM
 * (the first of it), the rest in UCS and UCD. 0083 has no word for "accepted with errors": a message that is accepted is told nothing.
 */
export function messageVerdict(
  message: Pick<Transaction, 'message' | 'controlNumber'> & { readonly reference: string | null },
  problems: readonly Problem[],
  verdict: Verdict,
  syntax: '3' | '4',
): TransactionVerdict {
  const { controlNumber, reference } = message;
  const named = { message: message.message, controlNumber, reference };
  if (verdict !== 'rejected') return { ...named, verdict, codes: [], segments: [] };
  const errors = problems.filter(isError);
  const own = firstOf(errors.filter(isOfEnvelope), syntax);
  const notes = new Map<string, { tag: string; number: number; codes: Set<string>; elements: ElementNote[] }>();
  let told = 0;
  for (const problem of errors) {
    const { segmentNumber, tag, elementNumber } = problem.at;
    if (segmentNumber === null || isOfEnvelope(problem)) continue;
    // A missing segment is told at the one before its place (ISO 9735-4, 0096).
    const before = BEFORE.has(problem.code);
    const number = before ? Math.max(1, segmentNumber - 1) : segmentNumber;
    const key = `${number} ${before}`;
    const known = notes.get(key);
    const note = known ?? { tag: tag ?? '', number, codes: new Set(), elements: [] };
    const code = contrlCodeOf(problem, syntax);
    const isOfSegment = elementNumber === null || answerLevelOf(problem.code) === 'segment';
    // 13 at a segment's place says that one is missing behind it; this one is there, and what is missing is its first element.
    const element = problem.code === 'segment/empty' ? 1 : isOfSegment ? null : elementNumber;
    // UCS has room for one code: the first of a segment, and each further one, takes one more of them.
    const more = known === undefined || (element === null && note.codes.size > 0 && !note.codes.has(code));
    if (more && ++told > segmentNotesMax) continue;
    notes.set(key, note);
    if (element === null) note.codes.add(code);
    else note.elements.push(elementNote(problem, element, code));
  }
  const segments = [...notes.values()].map(
    ({ tag, number, codes, elements }): SegmentNote => ({
      tag,
      segmentNumber: number,
      loop: null,
      codes: [...codes],
      elements,
    }),
  );
  return { ...named, verdict, codes: own === null ? [] : [own.code], segments, ...own?.service };
}

/** UNH's and UNT's errors are the message's, and so is what no segment can be blamed for. */
const isOfEnvelope = ({ code, at }: Problem): boolean =>
  answerLevelOf(code) === 'transaction' || at.tag === 'UNH' || at.tag === 'UNT';

const elementNote = ({ at, found }: Problem, element: number, code: string): ElementNote => ({
  element,
  component: at.componentNumber,
  repetition: at.repetition,
  dataElement: null,
  code,
  found,
});

/** What UCF says of a group that has a UNG of its own. `counted` and the rest are ours to know: UCF carries no counts. */
export function messageGroupVerdict(
  header: GroupHeader,
  tally: { readonly claimed: number | null; readonly counted: number; readonly accepted: number },
  problems: readonly Problem[],
  verdict: Verdict,
  syntax: '3' | '4',
): GroupVerdict {
  const own = firstOf(
    problems.filter((one) => isRejecting(one) && answerLevelOf(one.code) === 'group'),
    syntax,
  );
  const [senderQualifier = '', receiverQualifier = ''] = header.qualifiers ?? [];
  return {
    functionalId: header.functionalId,
    controlNumber: header.controlNumber,
    version: header.version,
    verdict,
    codes: own === null ? [] : [own.code],
    included: tally.claimed ?? tally.counted,
    received: tally.counted,
    accepted: verdict === 'rejected' ? 0 : tally.accepted,
    sender: { qualifier: senderQualifier || null, id: header.sender ?? '' },
    receiver: { qualifier: receiverQualifier || null, id: header.receiver ?? '' },
    ...own?.service,
  };
}

/**
 * What UCI says: rejected for its own first error, or for what it holds when that is agreed (`verdict`); else acknowledged, and what is
 * wrong below is told below.
 */
export function uciVerdict(
  header: InterchangeHeader,
  problems: readonly Problem[],
  verdict: Verdict,
): InterchangeVerdict {
  const { syntax, sender, receiver, controlNumber, date, time } = header;
  const own = firstOf(
    problems.filter((one) => isRejecting(one) && answerLevelOf(one.code) === 'interchange'),
    contrlSyntaxOf(header),
  );
  return {
    syntax,
    sender,
    receiver,
    controlNumber,
    date,
    time,
    verdict: own === null ? verdict : 'rejected',
    code: own?.code ?? '',
    ...own?.service,
  };
}
