import type { Verdict } from '../../core/problem.ts';
import type { GroupVerdict, InterchangeVerdict, SegmentNote, TransactionVerdict } from '../acknowledgment.ts';
import { isLetterOrDigit } from '../byte-classes.ts';
import type { DraftSegment, OutboundEnvelope, StreamedDraft } from '../draft.ts';
import { acknowledgmentCodesMax, badDataLengthMax } from '../limits.ts';
import type { Delimiters } from '../transaction.ts';
import { writeTa1Interchange } from './write.ts';

const LETTER: Record<Verdict, string> = {
  accepted: 'A',
  'accepted-with-errors': 'E',
  'partially-accepted': 'P',
  rejected: 'R',
};

/** AK4 repeats at most 99 times under its AK3. */
const elementNotesMax = 99;

/**
 * The interchange that answers another with a TA1 (X12.5): its number, date and time echoed, A, E or R, and the note.
 * Whether to answer at all (ISA14, an agreement) is the caller's to decide.
 */
export function writeTa1(envelope: OutboundEnvelope, verdict: InterchangeVerdict): Iterable<Uint8Array> {
  // An interchange is never accepted in part: its groups are told by their 997s.
  const letter = verdict.verdict === 'partially-accepted' ? 'E' : LETTER[verdict.verdict];
  const clean = cleaner(envelope.delimiters);
  const { controlNumber, date, time, code } = verdict;
  return writeTa1Interchange(envelope, [clean(controlNumber.trim()), clean(date), clean(time), letter, code]);
}

export interface Write997Options {
  /** What separates in the interchange that will carry the 997: bad data is cleaned of it. */
  readonly delimiters: Delimiters;
  /** Sets that were accepted may be left out; most partners want them. */
  readonly acceptedSets?: 'listed' | 'omitted';
}

/**
 * The 997 that answers a group: AK1, per set AK2, AK3 and AK4 for each note, AK5, then AK9. Its segments are made one at a time as the
 * verdicts come, so 100,000 sets never sit in memory. `group` says what is known when the group is closed.
 */
export function write997(
  group: GroupVerdict,
  transactions: Iterable<TransactionVerdict>,
  options: Write997Options,
): StreamedDraft {
  const version = (group.version ?? '').slice(0, 6);
  const segments = { [Symbol.iterator]: () => segmentsOf(group, version, transactions, options) };
  return { syntax: 'x12', message: '997', version, association: null, segments };
}

function* segmentsOf(
  group: GroupVerdict,
  version: string,
  transactions: Iterable<TransactionVerdict>,
  { delimiters, acceptedSets = 'listed' }: Write997Options,
): Generator<DraftSegment> {
  const clean = cleaner(delimiters);
  const isVersion5 = version >= '005010';
  const [functionalId, controlNumber] = [clean(group.functionalId ?? ''), clean(group.controlNumber ?? '')];
  yield { tag: 'AK1', elements: [functionalId, controlNumber, isVersion5 ? clean(group.version ?? '') : ''] };
  for (const set of transactions) {
    if (acceptedSets === 'omitted' && set.verdict === 'accepted') continue;
    const reference = isVersion5 ? clean(set.reference ?? '') : '';
    yield { tag: 'AK2', elements: [clean(set.message), clean(set.controlNumber), reference] };
    for (const note of set.segments) yield* segmentNote(note, isVersion5, clean);
    yield { tag: 'AK5', elements: [LETTER[set.verdict], ...set.codes.slice(0, acknowledgmentCodesMax)] };
  }
  const counts = [group.included, group.received, group.accepted].map(String);
  yield { tag: 'AK9', elements: [LETTER[group.verdict], ...counts, ...group.codes.slice(0, acknowledgmentCodesMax)] };
}

/** AK304 holds one code, so a segment with two kinds of error has two AK3; the AK4s stand under 8, "has element errors". */
function* segmentNote(note: SegmentNote, isVersion5: boolean, clean: Clean): Generator<DraftSegment> {
  const { tag, segmentNumber, loop, codes, elements } = note;
  for (const code of codes) {
    const name = clean(tag).slice(0, 3);
    yield { tag: 'AK3', elements: [name, String(segmentNumber), (loop ?? '').slice(0, 6), code] };
    if (code !== '8') continue;
    for (const { element, component, repetition, dataElement, code: elementCode, found } of elements.slice(
      0,
      elementNotesMax,
    )) {
      const place = [String(element), component === null ? '' : String(component)];
      // C030 counts repetitions from 005010 on.
      if (isVersion5 && repetition !== null) place.push(String(repetition));
      const bad = clean(found ?? '')
        .slice(0, badDataLengthMax)
        .trimEnd();
      yield { tag: 'AK4', elements: [place, dataElement ?? '', elementCode, bad] };
    }
  }
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
