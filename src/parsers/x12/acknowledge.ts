import type { Verdict } from '../../core/problem.ts';
import type {
  ElementNote,
  GroupVerdict,
  InterchangeVerdict,
  SegmentNote,
  TransactionVerdict,
} from '../acknowledgment.ts';
import { isLetterOrDigit } from '../byte-classes.ts';
import type { DraftSegment, OutboundEnvelope, StreamedDraft } from '../draft.ts';
import { acknowledgmentCodesMax, badDataLengthMax, elementNotesMax } from '../limits.ts';
import type { Delimiters } from '../transaction.ts';
import { writeTa1Interchange } from './write.ts';

const LETTER: Record<Verdict, string> = {
  accepted: 'A',
  'accepted-with-errors': 'E',
  'partially-accepted': 'P',
  rejected: 'R',
};

/**
 * The interchange that answers another with a TA1 (X12.5): its number, date and time echoed, A, E or R, and the note.
 * Whether to answer at all (ISA14, an agreement) is the caller's to decide.
 */
export function writeTa1(envelope: OutboundEnvelope, verdict: InterchangeVerdict): Iterable<Uint8Array> {
  // An interchange is never accepted in part: its groups are told by their 997s.
  const letter = verdict.verdict === 'partially-accepted' ? 'E' : LETTER[verdict.verdict];
  const clean = cleaner(envelope.delimiters);
  const { controlNumber, date, time, code } = verdict;
  return writeTa1Interchange(envelope, [nineDigits(controlNumber), clean(date), clean(time), letter, code]);
}

/** TA101 is N0 9/9: digits missing in front are put there. */
const nineDigits = (controlNumber: string): string => controlNumber.trim().padStart(9, '0');

/** Whether a TA1 can name an interchange by this ISA13: its translator would refuse TA101 without nine digits. */
export const isNamedByTa1 = ({ controlNumber }: Pick<InterchangeVerdict, 'controlNumber'>): boolean =>
  /^ *\d{1,9} *$/.test(controlNumber);

/** Whether a 997 or 999 can name a group: AK101 is ID 2/2, AK102 a number. */
export const isNamedByFunctional = ({
  functionalId,
  controlNumber,
}: Pick<GroupVerdict, 'functionalId' | 'controlNumber'>): boolean =>
  /^[A-Z0-9]{2}$/.test(functionalId ?? '') && /^\d+$/.test(controlNumber ?? '');

/** Whether AK2 can name a set. One that it can't is told by AK9 alone, which counts it. */
const isNamedByAk2 = ({ message, controlNumber }: TransactionVerdict, clean: Clean): boolean =>
  /^[A-Z0-9]{3}$/.test(message) && number(clean(controlNumber)).trim() !== '';

export interface WriteFunctionalOptions {
  /** What separates in the interchange that will carry it: bad data is cleaned of it. */
  readonly delimiters: Delimiters;
  /** Sets that were accepted may be left out; most partners want them. */
  readonly acceptedSets?: 'listed' | 'omitted';
}

/** The one convention of a 999 there is to write (ST03, GS08). */
export const IMPLEMENTATION_999 = '005010X231A1';

/** How the two functional acknowledgments name the same things. */
interface Dialect {
  readonly segment: string;
  readonly element: string;
  readonly set: string;
  /** CTX says which element makes another wrong. */
  readonly context: boolean;
  /** 005010: AK1 and AK2 name the convention answered, and C030 counts repetitions. */
  readonly isVersion5: boolean;
}

/**
 * The 997 that answers a group: AK1, per set AK2, AK3 and AK4 for each note, AK5, then AK9. Its segments are made one at a time as the
 * verdicts come, so 100,000 sets never sit in memory. `group` says what is known when the group is closed.
 */
export function write997(
  group: GroupVerdict,
  transactions: Iterable<TransactionVerdict>,
  options: WriteFunctionalOptions,
): StreamedDraft {
  const version = (group.version ?? '').slice(0, 6);
  const dialect = { segment: 'AK3', element: 'AK4', set: 'AK5', context: false, isVersion5: version >= '005010' };
  const segments = { [Symbol.iterator]: () => segmentsOf(group, transactions, dialect, options) };
  return { syntax: 'x12', message: '997', version, association: null, segments };
}

/** The 999 that answers a group (005010X231A1), streamed likewise. It exists in 005010 only, whatever version it answers. */
export function write999(
  group: GroupVerdict,
  transactions: Iterable<TransactionVerdict>,
  options: WriteFunctionalOptions,
): StreamedDraft {
  const dialect = { segment: 'IK3', element: 'IK4', set: 'IK5', context: true, isVersion5: true };
  const segments = { [Symbol.iterator]: () => segmentsOf(group, transactions, dialect, options) };
  return { syntax: 'x12', message: '999', version: '005010', association: IMPLEMENTATION_999, segments };
}

function* segmentsOf(
  group: GroupVerdict,
  transactions: Iterable<TransactionVerdict>,
  dialect: Dialect,
  { delimiters, acceptedSets = 'listed' }: WriteFunctionalOptions,
): Generator<DraftSegment> {
  const clean = cleaner(delimiters);
  const { isVersion5 } = dialect;
  const [functionalId, controlNumber] = [clean(group.functionalId ?? ''), number(clean(group.controlNumber ?? ''))];
  yield {
    tag: 'AK1',
    elements: [functionalId, controlNumber, isVersion5 ? clean(group.version ?? '').slice(0, versionMax) : ''],
  };
  for (const set of transactions) {
    if (acceptedSets === 'omitted' && set.verdict === 'accepted') continue;
    if (!isNamedByAk2(set, clean)) continue;
    const reference = isVersion5 ? clean(set.reference ?? '').slice(0, conventionMax) : '';
    yield { tag: 'AK2', elements: [set.message, filled(number(clean(set.controlNumber)), 4), reference] };
    for (const note of set.segments) yield* segmentNote(note, dialect, clean);
    yield { tag: dialect.set, elements: [LETTER[set.verdict], ...set.codes.slice(0, acknowledgmentCodesMax)] };
  }
  const counts = [group.included, group.received, group.accepted].map(String);
  yield { tag: 'AK9', elements: [LETTER[group.verdict], ...counts, ...group.codes.slice(0, acknowledgmentCodesMax)] };
}

/** AK102 and AK202 hold nine characters: of a longer number the partner is sent its beginning, for a longer one no translator would take. */
const number = (text: string): string => text.slice(0, 9);

/** X12.6: what is shorter than its element must be is filled with blanks behind it. */
const filled = (text: string, min: number): string => text.trimEnd().padEnd(min);

/** AK103 (480) and AK203 (1705). */
const versionMax = 12;
const conventionMax = 35;

/** AK304 holds one code, so a segment with two kinds of error has two AK3; the AK4s stand under 8, "has element errors". */
function* segmentNote(
  { tag, segmentNumber, loop, codes, elements }: SegmentNote,
  dialect: Dialect,
  clean: Clean,
): Generator<DraftSegment> {
  // The loop's id (447) is AN 1/4 in 005010, and was 1/6 before.
  const named = clean(tag).slice(0, 3);
  if (named.trim() === '') return; // an empty segment has no name for AK301, which is mandatory: AK5 tells that there are errors
  const place = [filled(named, 2), String(segmentNumber), (loop ?? '').slice(0, dialect.isVersion5 ? 4 : 6)];
  for (const code of codes) {
    yield { tag: dialect.segment, elements: [...place, code] };
    if (code !== '8') continue;
    for (const note of elements.slice(0, elementNotesMax)) {
      yield elementNote(note, dialect, clean);
      if (!dialect.context || note.because === undefined) continue;
      const { element, component, dataElement } = note.because;
      const position = [String(element), component === null ? '' : String(component)];
      yield { tag: 'CTX', elements: ['SITUATIONAL TRIGGER', ...place, position, [dataElement ?? '']] };
    }
  }
}

function elementNote(
  { element, component, repetition, dataElement, code, found }: ElementNote,
  { element: tag, isVersion5 }: Dialect,
  clean: Clean,
): DraftSegment {
  const place = [String(element), component === null ? '' : String(component)];
  // C030 counts repetitions from 005010 on.
  if (isVersion5 && repetition !== null) place.push(String(repetition));
  const bad = clean(found ?? '')
    .slice(0, badDataLengthMax)
    .trimEnd();
  return { tag, elements: [place, dataElement ?? '', code, bad] };
}

type Clean = (text: string) => string;

/** What a partner sent, fit to be sent back: X12 has no release character, so a delimiter or control character becomes a blank. */
function cleaner({ element, component, repetition, terminator }: Delimiters): Clean {
  const unfit = (code: number) =>
    code < 0x20 ||
    code >= 0x7f ||
    (!isLetterOrDigit(code) && [element, component, repetition, terminator].includes(code));
  return (text) => {
    let clean = '';
    for (const character of text) clean += unfit(character.codePointAt(0) ?? 0) ? ' ' : character;
    return clean;
  };
}
