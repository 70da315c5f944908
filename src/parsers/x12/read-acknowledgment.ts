import { positionAt } from '../../core/position.ts';
import { type Problem, problem, type Severity, type Verdict } from '../../core/problem.ts';
import type { Acknowledgment, ElementNote, GroupVerdict, SegmentNote, TransactionVerdict } from '../acknowledgment.ts';
import { type HeaderShape, headerFaults, headerProblems } from '../check-header.ts';
import { quoted } from '../trailer.ts';
import type { InterchangeHeader, Segment, Transaction } from '../transaction.ts';

/** A, E, P and R; M, W and X of the security sets reject too, and so does a letter nobody defined. */
function verdictOf(letter: string): Verdict {
  if (letter === 'A') return 'accepted';
  if (letter === 'E') return 'accepted-with-errors';
  return letter === 'P' ? 'partially-accepted' : 'rejected';
}

const orNull = (text: string): string | null => (text === '' ? null : text);
const numberOf = (text: string): number => (/^\d{1,9}$/.test(text) ? Number(text) : 0);

/** Elements `first` and its followers, as far as they are present. */
function codesFrom(segment: Segment, first: number): string[] {
  const codes: string[] = [];
  for (let element = first; element <= segment.elementCount; element++) {
    const code = segment.value(element);
    if (code !== '') codes.push(code);
  }
  return codes;
}

/** What TA101 to TA105 look like. An odd date or note says what it says all the same; without a number or verdict there is no saying what. */
const TA1_FORMS: readonly (readonly [element: number, form: RegExp, expected: string, severity: Severity])[] = [
  [1, /^ *\d{1,9} *$/, 'nine digits', 'error'],
  [2, /^\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/, 'YYMMDD', 'warning'],
  [3, /^(?:[01]\d|2[0-3])[0-5]\d$/, 'HHMM', 'warning'],
  [4, /^[AER]$/, 'A, E or R', 'error'],
  [5, /^0(?:[012]\d|3[012])$/, 'a note from 000 to 032', 'warning'],
];
const TA1_SHAPE: HeaderShape = { elementsMax: 5, composites: [], free: [] };

/** A TA1 stands in no transaction, so no table judges it. It speaks of another interchange: what stands beside it does not fall for its mistakes. */
function ta1Problems(ta1: Segment, { delimiters }: InterchangeHeader): readonly Problem[] {
  const wrong = TA1_FORMS.filter(([element, form]) => !form.test(ta1.value(element)));
  const told = new Set(wrong.map(([element]) => element));
  const faults = headerFaults(ta1, TA1_SHAPE, delimiters).filter(({ element }) => !told.has(element));
  const problems = wrong.map(([element, , expected, severity]) => {
    const found = ta1.value(element);
    const at = positionAt(ta1.byteOffsetOf(element), { tag: ta1.tag, elementNumber: element });
    const message = `TA1${String(element).padStart(2, '0')} is ${quoted(found)}, not ${expected}.`;
    return problem('interchange/field-invalid', at, { message, found, expected, severity });
  });
  return [...problems, ...headerProblems('interchange/field-invalid', ta1, faults)].map((one) => ({
    ...one,
    tolerated: true,
  }));
}

/** What a TA1 says of an interchange of ours, and what is wrong with it. `carrier` is the interchange it came in: ours went the other way. */
export const takeTa1 = (ta1: Segment, carrier: InterchangeHeader) => ({
  acknowledgment: readTa1(ta1, carrier),
  problems: ta1Problems(ta1, carrier),
});

function readTa1(ta1: Segment, carrier: InterchangeHeader): Acknowledgment {
  return {
    kind: 'TA1',
    interchange: {
      syntax: 'x12',
      sender: carrier.receiver,
      receiver: carrier.sender,
      controlNumber: ta1.value(1),
      date: ta1.value(2),
      time: ta1.value(3),
      verdict: verdictOf(ta1.value(4)),
      code: ta1.value(5),
    },
    group: null,
    transactions: [],
  };
}

interface OpenSet {
  readonly message: string;
  readonly controlNumber: string;
  readonly reference: string | null;
  readonly segments: {
    tag: string;
    segmentNumber: number;
    loop: string | null;
    codes: string[];
    elements: ElementNote[];
  }[];
}

/** What a 997 or 999 says of a group of ours; null when this is neither, or one without AK1 or AK9. */
export function readFunctional(transaction: Transaction): Acknowledgment | null {
  const kind = transaction.message;
  if (kind !== '997' && kind !== '999') return null;
  let response: Segment | null = null;
  let group: GroupVerdict | null = null;
  let set: OpenSet | null = null;
  const transactions: TransactionVerdict[] = [];
  for (const segment of transaction.segments) {
    if (segment.tag === 'AK1') response ??= segment;
    else if (segment.tag === 'AK2') set = openSet(segment);
    else if (isNote(segment.tag) && set !== null) set.segments.push(segmentNote(segment));
    else if (segment.tag === 'AK4' || segment.tag === 'IK4') set?.segments.at(-1)?.elements.push(elementNote(segment));
    else if (segment.tag === 'CTX') addContext(set?.segments.at(-1)?.elements, segment);
    else if ((segment.tag === 'AK5' || segment.tag === 'IK5') && set !== null) {
      transactions.push({ ...closed(set), verdict: verdictOf(segment.value(1)), codes: codesFrom(segment, 2) });
      set = null;
    } else if (segment.tag === 'AK9' && response !== null) group ??= groupVerdict(response, segment);
  }
  return group === null ? null : { kind, interchange: null, group, transactions };
}

const isNote = (tag: string): boolean => tag === 'AK3' || tag === 'IK3';

/** CTX behind an IK4: which element of the same segment made this one wrong. Other contexts (business units) name nothing on a segment. */
function addContext(elements: ElementNote[] | undefined, ctx: Segment): void {
  const note = elements?.at(-1);
  if (elements === undefined || note === undefined || ctx.value(1) !== 'SITUATIONAL TRIGGER') return;
  const element = numberOf(ctx.value(5, 1));
  if (element === 0) return;
  const component = ctx.value(5, 2);
  const because = {
    element,
    component: component === '' ? null : numberOf(component),
    dataElement: orNull(ctx.value(6, 1)),
  };
  elements[elements.length - 1] = { ...note, because };
}

const openSet = (ak2: Segment): OpenSet => ({
  message: ak2.value(1),
  controlNumber: ak2.value(2),
  reference: orNull(ak2.value(3)),
  segments: [],
});

/** One segment's notes, though they came in several AK3. */
function closed({ message, controlNumber, reference, segments }: OpenSet) {
  const merged = new Map<string, SegmentNote>();
  for (const note of segments) {
    const key = `${note.tag} ${note.segmentNumber}`;
    const known = merged.get(key);
    const codes = [...(known?.codes ?? []), ...note.codes];
    merged.set(key, { ...note, codes, elements: [...(known?.elements ?? []), ...note.elements] });
  }
  return { message, controlNumber, reference, segments: [...merged.values()] };
}

const segmentNote = (ak3: Segment) => ({
  tag: ak3.value(1),
  segmentNumber: numberOf(ak3.value(2)),
  loop: orNull(ak3.value(3)),
  codes: codesFrom(ak3, 4),
  elements: [],
});

function elementNote(ak4: Segment): ElementNote {
  const component = ak4.value(1, 2);
  const repetition = ak4.value(1, 3);
  return {
    element: numberOf(ak4.value(1, 1)),
    component: component === '' ? null : numberOf(component),
    repetition: repetition === '' ? null : numberOf(repetition),
    dataElement: orNull(ak4.value(2)),
    code: ak4.value(3),
    found: orNull(ak4.value(4)),
  };
}

const groupVerdict = (ak1: Segment, ak9: Segment): GroupVerdict => ({
  functionalId: orNull(ak1.value(1)),
  controlNumber: orNull(ak1.value(2)),
  version: orNull(ak1.value(3)),
  verdict: verdictOf(ak9.value(1)),
  codes: codesFrom(ak9, 5),
  included: numberOf(ak9.value(2)),
  received: numberOf(ak9.value(3)),
  accepted: numberOf(ak9.value(4)),
});
