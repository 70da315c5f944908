import type { Problem, Verdict } from '../../core/problem.ts';
import type {
  ElementNote,
  GroupVerdict,
  InterchangeVerdict,
  SegmentNote,
  TransactionVerdict,
} from '../acknowledgment.ts';
import { isLetterOrDigit } from '../byte-classes.ts';
import { acknowledgmentCodesMax } from '../limits.ts';
import type { GroupHeader, InterchangeHeader, Transaction } from '../transaction.ts';
import { isRejecting } from '../weigh-trailers.ts';
import { answerLevelOf, implementationCodeOf, x12CodeOf } from '../wire-codes.ts';

/** The X12 data element number of an element or component ("355"), or null when the tables do not tell. */
export type DataElementOf = (tag: string, element: number, component: number | null) => string | null;

const isError = ({ severity }: Problem): boolean => severity === 'error';

/** AK304 and IK304: the segment or the loop's first one is not there. */
const MISSING: ReadonlySet<string> = new Set(['3', 'I7', 'I8']);

/** IK502 where segments are right by the standard and only the guide is not kept. */
const guideNotKept = 'I5';

/** AK302 is N0 1/6. */
const segmentNumberMax = 999_999;

/** Which of the two tells it: a 999 has words of its own for what only a guide forbids, and says which element makes another wrong. */
export type FunctionalKind = '997' | '999';

/**
 * What a 997 or 999 says of one transaction: its errors (warnings are ours to know, not the partner's to mend) in wire codes, those of one
 * segment together, in the order given. `verdict` is the validator's: a policy may accept with errors what has them.
 */
export function transactionVerdict(
  transaction: Pick<Transaction, 'message' | 'controlNumber' | 'association' | 'version'>,
  problems: readonly Problem[],
  verdict: Verdict,
  dataElementOf: DataElementOf = () => null,
  kind: FunctionalKind = '997',
): TransactionVerdict {
  const { message, controlNumber, association, version } = transaction;
  const codes = new Set<string>();
  const notes = new Map<number, { tag: string; loop: string | null; codes: Set<string>; elements: ElementNote[] }>();
  for (const problem of problems.filter(isError)) {
    const level = answerLevelOf(problem.code);
    const code = kind === '999' ? implementationCodeOf(problem) : x12CodeOf(problem.code, version);
    const { segmentNumber, tag, loop } = problem.at;
    if (level === 'transaction') codes.add(code);
    if (level !== 'segment' && level !== 'element') continue;
    if (segmentNumber === null || tag === null || segmentNumber > segmentNumberMax) continue;
    // A missing segment is told at the place where it should stand, which another segment holds.
    const key = segmentNumber * 2 + (level === 'segment' && MISSING.has(code) ? 0 : 1);
    const note = notes.get(key) ?? { tag, loop, codes: new Set(), elements: [] };
    notes.set(key, note);
    note.codes.add(level === 'segment' ? code : '8');
    if (level !== 'element' || isToldOtherwise(problem, note.elements)) continue;
    const told = elementNote(problem, tag, code, dataElementOf);
    note.elements.push(kind === '999' ? { ...told, ...because(problem, tag, dataElementOf) } : told);
  }
  const segments = [...notes].map(
    ([key, note]): SegmentNote => ({ ...note, segmentNumber: Math.floor(key / 2), codes: [...note.codes] }),
  );
  const inSegments = problems.filter((one) => isError(one) && answerLevelOf(one.code) !== 'transaction');
  const isGuides = ({ source }: Problem): boolean => kind === '999' && source === 'guide';
  if (!inSegments.every(isGuides)) codes.add('5');
  if (inSegments.some(isGuides)) codes.add(guideNotKept);
  return {
    message,
    controlNumber,
    // ST03 names the whole convention ("005010X231A1"); what stands behind the version in GS08 is no ST03.
    reference: association?.startsWith(version) ? association : null,
    verdict,
    codes: [...codes].slice(0, acknowledgmentCodesMax),
    segments,
  };
}

/** What a map misses names no element, and what it cannot read is told already where the tables refuse it. */
function isToldOtherwise({ code, at }: Problem, elements: readonly ElementNote[]): boolean {
  if (!code.startsWith('map/')) return false;
  const { elementNumber, componentNumber, repetition } = at;
  return (
    elementNumber === null ||
    elements.some(
      (told) => told.element === elementNumber && told.component === componentNumber && told.repetition === repetition,
    )
  );
}

function elementNote({ at, found }: Problem, tag: string, code: string, dataElementOf: DataElementOf): ElementNote {
  const element = at.elementNumber ?? 1;
  const { componentNumber: component, repetition } = at;
  return { element, component, repetition, dataElement: dataElementOf(tag, element, component), code, found };
}

/** "P0304" with element 3 present and 4 absent: element 3 is why. Where a note leaves it open (three of a pair, R) nothing is said. */
function because(
  { code, at, expected }: Problem,
  tag: string,
  dataElementOf: DataElementOf,
): Pick<ElementNote, 'because'> {
  if (!code.startsWith('note/') || expected === null || at.elementNumber === null) return {};
  const inComposite = at.componentNumber !== null;
  const own = inComposite ? at.componentNumber : at.elementNumber;
  const places = (expected.slice(1).match(/\d\d/g) ?? []).map(Number);
  const [first, second] = places;
  const other =
    expected[0] === 'C' || expected[0] === 'L' ? first : places.length === 2 ? (own === first ? second : first) : own;
  if (expected[0] === 'R' || other === undefined || other === own) return {};
  const element = inComposite ? at.elementNumber : other;
  const component = inComposite ? other : null;
  return { because: { element, component, dataElement: dataElementOf(tag, element, component) } };
}

/** What was found of a group's transactions. */
export interface GroupTally {
  readonly claimed: number | null;
  readonly counted: number;
  /** Transactions not rejected, and how many of them were accepted with errors. */
  readonly accepted: number;
  readonly withErrors: number;
}

/** What AK9 says: a group with errors of its own is rejected whole, unless the agreement takes it with them; else its transactions decide. */
export function groupVerdict(header: GroupHeader, tally: GroupTally, problems: readonly Problem[]): GroupVerdict {
  const errors = problems.filter((one) => isError(one) && answerLevelOf(one.code) === 'group');
  const version = header.version ?? '';
  const codes = [...new Set(errors.map(({ code }) => x12CodeOf(code, version.slice(0, 6))))];
  const byItsSets = verdictOfTally({ ...tally, withErrors: tally.withErrors + errors.length });
  const verdict = errors.some(isRejecting) ? 'rejected' : byItsSets;
  return {
    functionalId: header.functionalId,
    controlNumber: header.controlNumber,
    version: header.version,
    verdict,
    codes: codes.slice(0, acknowledgmentCodesMax),
    included: tally.claimed ?? tally.counted,
    received: tally.counted,
    accepted: verdict === 'rejected' ? 0 : tally.accepted,
  };
}

/** Rejection at the smallest unit: partially accepted only if some but not all transactions were rejected. */
export function verdictOfTally({ counted, accepted, withErrors }: Omit<GroupTally, 'claimed'>): Verdict {
  if (accepted < counted) return accepted === 0 ? 'rejected' : 'partially-accepted';
  return withErrors > 0 ? 'accepted-with-errors' : 'accepted';
}

/**
 * What a TA1 says of the interchange itself: rejected with its first error in the order given; accepted with errors (E) where an element of
 * ISA is only odd, for its sender must mend it all the same; else accepted, "000". Groups and sets are the 997's matter; what is wrong with a
 * TA1 in it is nobody's: it speaks of another interchange, and acknowledgments are never acknowledged.
 */
export function interchangeVerdict(header: InterchangeHeader, problems: readonly Problem[]): InterchangeVerdict {
  const own = problems.filter((one) => answerLevelOf(one.code) === 'interchange' && one.at.tag !== 'TA1');
  const told =
    own.find(isRejecting) ?? own.find(isError) ?? own.find(({ at }) => at.tag === 'ISA' && at.elementNumber !== null);
  const { syntax, sender, receiver, controlNumber, date, time } = header;
  const verdict = told === undefined ? 'accepted' : isRejecting(told) ? 'rejected' : 'accepted-with-errors';
  const code = told === undefined ? '000' : noteOf(told, header.version);
  return { syntax, sender, receiver, controlNumber, date, time, verdict, code };
}

function noteOf({ code, at, found }: Problem, version: string): string {
  if (code === 'interchange/delimiters-invalid') return delimiterNote(found ?? '');
  return x12CodeOf(code, version, at.tag === 'ISA' ? at.elementNumber : null);
}

/** 026, 027 or 004: whether it is the element separator, the component separator or the terminator that cannot be one, in this order. */
function delimiterNote(used: string): string {
  const wrong = [...used].findIndex(
    (character, index) => isLetterOrDigit(character.charCodeAt(0)) || used.indexOf(character) < index,
  );
  return ['026', '027', '004'][wrong] ?? '026';
}
