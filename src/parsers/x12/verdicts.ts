import type { Problem, Verdict } from '../../core/problem.ts';
import type {
  ElementNote,
  GroupVerdict,
  InterchangeVerdict,
  SegmentNote,
  TransactionVerdict,
} from '../acknowledgment.ts';
import { acknowledgmentCodesMax } from '../limits.ts';
import type { GroupHeader, InterchangeHeader, Transaction } from '../transaction.ts';
import { answerLevelOf, x12CodeOf } from '../wire-codes.ts';

/** The X12 data element number of an element or component ("355"), or null when the tables do not tell. */
export type DataElementOf = (tag: string, element: number, component: number | null) => string | null;

const isError = ({ severity }: Problem): boolean => severity === 'error';

/** AK302 is N0 1/6. */
const segmentNumberMax = 999_999;

/**
 * What a 997 says of one transaction: its errors (warnings are ours to know, not the partner's to mend) in wire codes, those of one
 * segment together, in the order given. `verdict` is the validator's: a policy may accept with errors what has them.
 */
export function transactionVerdict(
  transaction: Pick<Transaction, 'message' | 'controlNumber' | 'association' | 'version'>,
  problems: readonly Problem[],
  verdict: Verdict,
  dataElementOf: DataElementOf = () => null,
): TransactionVerdict {
  const { message, controlNumber, association, version } = transaction;
  const codes = new Set<string>();
  const notes = new Map<number, { tag: string; loop: string | null; codes: Set<string>; elements: ElementNote[] }>();
  for (const problem of problems.filter(isError)) {
    const level = answerLevelOf(problem.code);
    const code = x12CodeOf(problem.code, version);
    const { segmentNumber, tag, loop } = problem.at;
    if (level === 'transaction') codes.add(code);
    if (level !== 'segment' && level !== 'element') continue;
    if (segmentNumber === null || tag === null || segmentNumber > segmentNumberMax) continue;
    // A missing segment is told at the place where it should stand, which another segment holds.
    const key = segmentNumber * 2 + (code === '3' && level === 'segment' ? 0 : 1);
    const note = notes.get(key) ?? { tag, loop, codes: new Set(), elements: [] };
    notes.set(key, note);
    note.codes.add(level === 'segment' ? code : '8');
    if (level === 'element') note.elements.push(elementNote(problem, tag, code, dataElementOf));
  }
  const segments = [...notes].map(
    ([key, note]): SegmentNote => ({ ...note, segmentNumber: Math.floor(key / 2), codes: [...note.codes] }),
  );
  if (problems.some((one) => isError(one) && answerLevelOf(one.code) !== 'transaction')) codes.add('5');
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

function elementNote({ at, found }: Problem, tag: string, code: string, dataElementOf: DataElementOf): ElementNote {
  const element = at.elementNumber ?? 1;
  const { componentNumber: component, repetition } = at;
  return { element, component, repetition, dataElement: dataElementOf(tag, element, component), code, found };
}

/** What was found of a group's transactions. */
export interface GroupTally {
  readonly claimed: number | null;
  readonly counted: number;
  /** Transactions not rejected, and how many of them were accepted with errors. */
  readonly accepted: number;
  readonly withErrors: number;
}

/** What AK9 says: a group with errors of its own is rejected whole; else its transactions decide. */
export function groupVerdict(header: GroupHeader, tally: GroupTally, problems: readonly Problem[]): GroupVerdict {
  const errors = problems.filter((one) => isError(one) && answerLevelOf(one.code) === 'group');
  const version = header.version ?? '';
  const codes = [...new Set(errors.map(({ code }) => x12CodeOf(code, version.slice(0, 6))))];
  const verdict = errors.length > 0 ? 'rejected' : verdictOfTally(tally);
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

/** What a TA1 says of the interchange itself: its first error in the order given, or "000". Groups and sets are the 997's matter. */
export function interchangeVerdict(header: InterchangeHeader, problems: readonly Problem[]): InterchangeVerdict {
  const error = problems.find((one) => isError(one) && answerLevelOf(one.code) === 'interchange');
  const { syntax, sender, receiver, controlNumber, date, time } = header;
  const isaElement = error?.at.tag === 'ISA' ? error.at.elementNumber : null;
  const code = error === undefined ? '000' : x12CodeOf(error.code, header.version, isaElement);
  const verdict = error === undefined ? 'accepted' : 'rejected';
  return { syntax, sender, receiver, controlNumber, date, time, verdict, code };
}
