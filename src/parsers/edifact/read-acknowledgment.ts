import type { Verdict } from '../../core/problem.ts';
import type {
  Acknowledgment,
  ElementNote,
  GroupAnswer,
  GroupVerdict,
  InterchangeVerdict,
  SegmentNote,
  ServicePlace,
  TransactionVerdict,
} from '../acknowledgment.ts';
import type { EnvelopeIdentity, Segment, Transaction } from '../transaction.ts';

/*
 * 0083. 4, 7 and 8 are what ISO 9735 uses; of the older list 1, 2, 3 and 5 acknowledge this level, and 6 rejects it. What nobody defined
 * rejects: an answer that is not understood is no acceptance.
 */
const ACTIONS: Readonly<Record<string, Verdict>> = {
  1: 'accepted',
  2: 'accepted-with-errors',
  3: 'partially-accepted',
  4: 'rejected',
  5: 'accepted',
  6: 'rejected',
  7: 'accepted',
  8: 'accepted',
};
const verdictOf = (action: string): Verdict => ACTIONS[action] ?? 'rejected';

const numberOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0);
const orNull = (text: string): string | null => (text === '' ? null : text);

interface OpenMessage {
  readonly head: Omit<TransactionVerdict, 'segments'>;
  readonly segments: { note: Omit<SegmentNote, 'elements' | 'codes'>; codes: string[]; elements: ElementNote[] }[];
}

/** What a CONTRL says of an interchange of ours; null when this is none, or one without UCI. */
export function readContrl(transaction: Transaction): Acknowledgment | null {
  if (transaction.message !== 'CONTRL') return null;
  let interchange: InterchangeVerdict | null = null;
  let receiptOnly = false;
  const bare: OpenMessage[] = [];
  const groups: { group: GroupVerdict; messages: OpenMessage[] }[] = [];
  let message: OpenMessage | undefined;
  for (const segment of transaction.segments) {
    switch (segment.tag) {
      case 'UCI':
        interchange ??= interchangeVerdict(segment);
        receiptOnly = segment.value(4) === '8';
        break;
      case 'UCF':
        groups.push({ group: groupVerdict(segment), messages: [] });
        message = undefined;
        break;
      case 'UCM':
        message = { head: messageHead(segment), segments: [] };
        (groups.at(-1)?.messages ?? bare).push(message);
        break;
      case 'UCS':
        message?.segments.push({
          note: { tag: '', segmentNumber: numberOf(segment.value(1)), loop: null },
          codes: segment.value(2) === '' ? [] : [segment.value(2)],
          elements: [],
        });
        break;
      case 'UCD':
        message?.segments.at(-1)?.elements.push(elementNote(segment));
        break;
    }
  }
  if (interchange === null) return null;
  return {
    kind: 'CONTRL',
    interchange,
    group: null,
    transactions: bare.map(closed),
    ...(groups.length === 0
      ? {}
      : { groups: groups.map(({ group, messages }): GroupAnswer => ({ group, transactions: messages.map(closed) })) }),
    ...(receiptOnly ? { receiptOnly } : {}),
  };
}

/** One segment's notes, though they came in several UCS. */
function closed({ head, segments }: OpenMessage): TransactionVerdict {
  const merged = new Map<number, SegmentNote>();
  for (const { note, codes, elements } of segments) {
    const known = merged.get(note.segmentNumber);
    merged.set(note.segmentNumber, {
      ...note,
      codes: [...(known?.codes ?? []), ...codes],
      elements: [...(known?.elements ?? []), ...elements],
    });
  }
  return { ...head, segments: [...merged.values()] };
}

const partyOf = (segment: Segment, element: number): EnvelopeIdentity => {
  const [id = '', qualifier = '', ...routing] = [1, 2, 3, 4].map((component) => segment.value(element, component));
  const party = { qualifier: orNull(qualifier), id };
  return routing.every((part) => part === '') ? party : { ...party, routing };
};

/** 0013 and S011, whose positions count the tag as 1. */
function serviceOf(segment: Segment, first: number): { service?: ServicePlace } {
  const tag = segment.value(first);
  if (tag === '') return {};
  const element = numberOf(segment.value(first + 1, 1));
  const component = segment.value(first + 1, 2);
  return {
    service: {
      tag,
      element: element < 2 ? null : element - 1,
      component: component === '' ? null : numberOf(component),
    },
  };
}

const interchangeVerdict = (uci: Segment): InterchangeVerdict => ({
  syntax: 'edifact',
  sender: partyOf(uci, 2),
  receiver: partyOf(uci, 3),
  controlNumber: uci.value(1),
  date: '',
  time: '',
  verdict: verdictOf(uci.value(4)),
  code: uci.value(5),
  ...serviceOf(uci, 6),
});

const groupVerdict = (ucf: Segment): GroupVerdict => ({
  functionalId: null,
  controlNumber: orNull(ucf.value(1)),
  version: null,
  verdict: verdictOf(ucf.value(4)),
  codes: ucf.value(5) === '' ? [] : [ucf.value(5)],
  included: 0,
  received: 0,
  accepted: 0,
  sender: partyOf(ucf, 2),
  receiver: partyOf(ucf, 3),
  ...serviceOf(ucf, 6),
});

function messageHead(ucm: Segment): Omit<TransactionVerdict, 'segments'> {
  const reference = [2, 3, 4, 5]
    .map((component) => ucm.value(2, component))
    .join(':')
    .replace(/:+$/, '');
  return {
    message: ucm.value(2, 1),
    controlNumber: ucm.value(1),
    reference: orNull(reference),
    verdict: verdictOf(ucm.value(3)),
    codes: ucm.value(4) === '' ? [] : [ucm.value(4)],
    ...serviceOf(ucm, 5),
  };
}

function elementNote(ucd: Segment): ElementNote {
  const [element, component, occurrence] = [1, 2, 3].map((part) => ucd.value(2, part));
  return {
    element: Math.max(1, numberOf(element ?? '') - 1),
    component: component === '' ? null : numberOf(component ?? ''),
    repetition: occurrence === '' ? null : numberOf(occurrence ?? ''),
    dataElement: null,
    code: ucd.value(1),
    found: null,
  };
}
