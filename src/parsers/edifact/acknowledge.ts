import { FailureError } from '../../core/failure.ts';
import type {
  ElementNote,
  GroupVerdict,
  InterchangeVerdict,
  SegmentNote,
  ServicePlace,
  TransactionVerdict,
} from '../acknowledgment.ts';
import type { DraftElement, DraftSegment, StreamedDraft } from '../draft.ts';
import { elementNotesMax, segmentNotesMax } from '../limits.ts';
import type { EnvelopeIdentity } from '../transaction.ts';

/* 0083: what becomes of the level a segment is about, and of all below it that is not named. */
const REJECTED = '4';
const ACKNOWLEDGED = '7';
const RECEIVED = '8';

/** What a CONTRL tells below its UCI, in the order of the interchange: a group, then its messages. A message after none stands in no group. */
export type ContrlPart =
  | { readonly kind: 'group'; readonly group: GroupVerdict }
  | { readonly kind: 'message'; readonly message: TransactionVerdict };

export interface WriteContrlOptions {
  /** Syntax 4 has a CONTRL of its own (4:1), which counts occurrences; before there is one (D:3). */
  readonly syntax: '3' | '4';
  /** UNB 0031 = 2: only that the interchange has come. */
  readonly receiptOnly?: boolean;
  /** What is accepted is implied by 7 one level up, and so may be left out. */
  readonly acceptedMessages?: 'listed' | 'omitted';
}

/**
 * The CONTRL that answers an interchange: UCI, then UCF, UCM, UCS and UCD for what is rejected (ISO 9735-4). Identities are the
 * subject's, unswapped. Its segments are made one at a time as the verdicts come, so 100,000 messages never sit in memory.
 */
export function writeContrl(
  interchange: InterchangeVerdict,
  parts: Iterable<ContrlPart>,
  options: WriteContrlOptions,
): StreamedDraft {
  const segments = { [Symbol.iterator]: () => segmentsOf(interchange, parts, options) };
  const version = options.syntax === '4' ? '41' : 'D3';
  return { syntax: 'edifact', message: 'CONTRL', version, association: null, segments };
}

function* segmentsOf(
  interchange: InterchangeVerdict,
  parts: Iterable<ContrlPart>,
  { syntax, receiptOnly = false, acceptedMessages = 'omitted' }: WriteContrlOptions,
): Generator<DraftSegment> {
  const isVersion4 = syntax === '4';
  const rejected = interchange.verdict === 'rejected';
  const action = rejected ? REJECTED : receiptOnly ? RECEIVED : ACKNOWLEDGED;
  requireNamed(interchangeNameFault(interchange));
  yield {
    tag: 'UCI',
    elements: [
      reference(interchange.controlNumber),
      partyOf(interchange.sender, isVersion4 ? 4 : 3),
      partyOf(interchange.receiver, isVersion4 ? 4 : 3),
      action,
      ...serviceElements(interchange.code, interchange.service),
    ],
  };
  if (action === RECEIVED) return;
  for (const part of toldParts(parts, acceptedMessages === 'listed')) {
    requireNamed(nameFault(part, syntax));
    if (part.kind === 'group') yield groupSegment(part.group);
    else yield* messageSegments(part.message, isVersion4);
  }
}

/** Of what stands in an interchange, what its CONTRL names: a group once something below it is, for what is accepted goes without saying. */
function* toldParts(parts: Iterable<ContrlPart>, acceptedToo: boolean): Generator<ContrlPart> {
  let pending: ContrlPart | null = null;
  let whole = false;
  for (const part of parts) {
    if (part.kind === 'group') {
      whole = part.group.codes.length > 0;
      pending = part;
      if (part.group.verdict !== 'rejected' && !acceptedToo) continue;
      yield part;
      pending = null;
      continue;
    }
    // A group that is wrong itself is rejected with all below it: its messages were not judged one by one.
    if (whole || (part.message.verdict !== 'rejected' && !acceptedToo)) continue;
    if (pending !== null) yield pending;
    pending = null;
    yield part;
  }
}

/** The first reason why a CONTRL can't name what it has to; null when it can. */
export function unnamedPart(parts: Iterable<ContrlPart>, syntax: '3' | '4', acceptedToo: boolean): string | null {
  for (const part of toldParts(parts, acceptedToo)) {
    const fault = nameFault(part, syntax);
    if (fault !== null) return fault;
  }
  return null;
}

/** What S009 says of a message: 0065, 0052, 0054, 0051, 0057, each cut to what its place holds. */
const identifierOf = ({ message, reference }: TransactionVerdict): string[] =>
  [message, ...(reference ?? '').split(':')].slice(0, 5).map((part, index) => cut(part, S009_MAX[index]));
const S009_MAX = [6, 3, 3, 2, 6] as const;

/**
 * Why a CONTRL can't name a group or message; null when it can. What UCI, UCF and UCM copy is mandatory in them, and what is not there can't
 * be copied: such an error is told by other means than CONTRL (D:3 1.3.4, ISO 9735-4 5.3.4).
 */
function nameFault(part: ContrlPart, syntax: '3' | '4'): string | null {
  if (part.kind === 'group') {
    const { controlNumber, sender, receiver } = part.group;
    if (reference(controlNumber ?? '') === '') return 'a group has no reference (UNG 0048)';
    // Syntax 4 lets UCF go without them.
    if (syntax === '4') return null;
    const named = [sender, receiver].every((party) => partyOf(party, 1)[0] !== '');
    return named ? null : `group ${reference(controlNumber ?? '')} has no sender or no receiver (UNG S006, S007)`;
  }
  const { message } = part;
  const number = reference(message.controlNumber);
  if (number === '') return 'a message has no reference (UNH 0062)';
  const [type = '', version = '', release = '', agency = ''] = identifierOf(message);
  if ([type, version, release, agency].every((each) => each !== '')) return null;
  return `message ${number} has no type, version, release or agency (UNH S009)`;
}

/** Why a CONTRL can't name an interchange; null when it can. */
export const interchangeNameFault = ({ controlNumber }: Pick<InterchangeVerdict, 'controlNumber'>): string | null =>
  reference(controlNumber) === '' ? 'it has no reference (UNB 0020)' : null;

function requireNamed(fault: string | null): void {
  if (fault === null) return;
  throw new UnnamedError(`No CONTRL can tell of this interchange: ${fault}.`);
}

/** What the partner sent cannot be named in an answer. No fault of ours, and nothing that would go well another time. */
export class UnnamedError extends FailureError {
  constructor(message: string) {
    super('document-unwritable', message, { remedy: 'Tell the partner by other means, as ISO 9735-4 wants it.' });
  }
}

const groupSegment = ({ controlNumber, sender, receiver, verdict, codes, service }: GroupVerdict): DraftSegment => ({
  tag: 'UCF',
  elements: [
    reference(controlNumber ?? ''),
    partyOf(sender, 2),
    partyOf(receiver, 2),
    verdict === 'rejected' ? REJECTED : ACKNOWLEDGED,
    ...serviceElements(codes[0] ?? '', service),
  ],
});

function* messageSegments(message: TransactionVerdict, isVersion4: boolean): Generator<DraftSegment> {
  const { controlNumber, verdict, codes, service, segments } = message;
  const identifier = identifierOf(message);
  const rejected = verdict === 'rejected';
  yield {
    tag: 'UCM',
    elements: [
      reference(controlNumber),
      identifier,
      rejected ? REJECTED : ACKNOWLEDGED,
      ...serviceElements(codes[0] ?? '', service),
    ],
  };
  if (!rejected) return;
  let written = 0;
  for (const note of segments) {
    for (const segment of noteSegments(note, isVersion4)) {
      if (segment.tag === 'UCS' && ++written > segmentNotesMax) return;
      yield segment;
    }
  }
}

/** UCS holds one code, so a segment with two kinds of error has two; UCDs stand under the first. */
function* noteSegments({ segmentNumber, codes, elements }: SegmentNote, isVersion4: boolean): Generator<DraftSegment> {
  const number = String(Math.min(segmentNumber, segmentNumberMax));
  const [first = '', ...others] = codes;
  yield { tag: 'UCS', elements: [number, first] };
  for (const note of elements.slice(0, elementNotesMax)) yield elementSegment(note, isVersion4);
  for (const code of others) yield { tag: 'UCS', elements: [number, code] };
}

/** 0096 is n..6, 0098 and 0104 are n..3. */
const segmentNumberMax = 999_999;
const elementNumberMax = 999;

/** S011 counts the tag as position 1 (0098), where X12's AK401 begins with the first element. */
function elementSegment({ element, component, repetition, code }: ElementNote, isVersion4: boolean): DraftSegment {
  const place = [placeNumber(element + 1), component === null ? '' : placeNumber(component)];
  if (isVersion4 && repetition !== null && repetition > 1) place.push(String(Math.min(repetition, segmentNumberMax)));
  return { tag: 'UCD', elements: [code, place] };
}

const placeNumber = (number: number): string => String(Math.min(number, elementNumberMax));

/** 0085, 0013 (0135 in syntax 4) and S011: what is wrong with the service segments of a level. */
function serviceElements(code: string, service: ServicePlace | undefined): DraftElement[] {
  if (code === '') return [];
  if (service === undefined) return [code];
  const { element, component } = service;
  // What stands astray has no place in 0013 and 0135: they name service segments.
  const { tag } = service;
  if (!/^UN[A-Z]$/.test(tag)) return [code];
  if (element === null) return [code, tag];
  return [code, tag, [placeNumber(element + 1), component === null ? '' : placeNumber(component)]];
}

/** 0020, 0048 and 0062 are an..14: of a longer one the partner is sent its beginning, for a longer one no translator would take. */
const reference = (text: string): string => cut(text, 14);

/** Its beginning, without the blanks that may end it there. */
const cut = (text: string, max: number | undefined): string => clean(text).slice(0, max).trimEnd();

/** 0004, 0007, 0008 and 0042; D:3 has 14 places for a routing address. */
const partyOf = (party: EnvelopeIdentity | undefined, components: number): string[] =>
  [party?.id ?? '', party?.qualifier ?? '', ...(party?.routing ?? [])]
    .slice(0, components)
    .map((part, index) => cut(part, PARTY_MAX[index === 2 && components < 4 ? 4 : index]));
const PARTY_MAX = [35, 4, 35, 35, 14] as const;

/** What a partner sent, fit to be sent back: no EDIFACT character set has control characters. Separators the writer releases. */
function clean(text: string): string {
  let fit = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    fit += code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0xff ? ' ' : character;
  }
  return fit.trimEnd();
}
