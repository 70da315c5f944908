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
  // A group is named once something below it is: what is accepted goes without saying.
  let pending: GroupVerdict | null = null;
  let whole = false;
  for (const part of parts) {
    if (part.kind === 'group') {
      whole = part.group.codes.length > 0;
      pending = part.group;
      if (part.group.verdict !== 'rejected' && acceptedMessages === 'omitted') continue;
      yield groupSegment(part.group);
      pending = null;
      continue;
    }
    const { message } = part;
    // A group that is wrong itself is rejected with all below it: its messages were not judged one by one.
    if (whole || (message.verdict !== 'rejected' && acceptedMessages === 'omitted')) continue;
    if (pending !== null) yield groupSegment(pending);
    pending = null;
    yield* messageSegments(message, isVersion4);
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
  const identifier = [message.message, ...(message.reference ?? '').split(':')].map(clean);
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
  const tag = clean(service.tag).slice(0, 3);
  if (element === null) return [code, tag];
  return [code, tag, [placeNumber(element + 1), component === null ? '' : placeNumber(component)]];
}

/** 0020, 0048 and 0062 are an..14: of a longer one the partner is sent its beginning, for a longer one no translator would take. */
const reference = (text: string): string => clean(text).slice(0, 14);

const partyOf = (party: EnvelopeIdentity | undefined, components: number): string[] =>
  [party?.id ?? '', party?.qualifier ?? '', ...(party?.routing ?? [])].slice(0, components).map(clean);

/** What a partner sent, fit to be sent back: no EDIFACT character set has control characters. Separators the writer releases. */
function clean(text: string): string {
  let fit = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    fit += code < 0x20 || (code >= 0x7f && code < 0xa0) || code > 0xff ? ' ' : character;
  }
  return fit.trimEnd();
}
