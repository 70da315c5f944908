import { X12FatInterchange, type X12Interchange, X12Parser, type X12Segment } from 'node-x12';

/*
 * Reading what the gateway sent, with node-x12: a second pair of eyes that shares no line with the gateway's own reader.
 * Its parser is right for one small, whole interchange and a fresh instance each time, and only then: an instance used twice mixes two
 * files, its stream loses segments at chunk edges, and it says nothing of a missing trailer. What it lets pass is checked here.
 */
export interface Segment {
  readonly tag: string;
  /** Values in order; `elements[0]` is element 01. */
  readonly elements: readonly string[];
}

export interface Transaction {
  /** ST01 and ST02. */
  readonly set: string;
  readonly controlNumber: string;
  /** From ST to SE, both included: AK301 and SE01 count this way. */
  readonly segments: readonly Segment[];
}

export interface Group {
  readonly header: Segment;
  readonly trailer: Segment;
  readonly transactions: readonly Transaction[];
}

export interface Interchange {
  /** The sixteen elements of ISA as sent, blanks included. */
  readonly header: Segment;
  readonly trailer: Segment;
  /** TA1 segments between ISA and the first GS. */
  readonly acknowledgments: readonly Segment[];
  readonly groups: readonly Group[];
  readonly componentSeparator: string;
}

/** What a buyer cannot read, it cannot answer. */
export class UnreadableX12 extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UnreadableX12';
  }
}

/** Element 01 is number 1; undefined when the segment ends before it. */
export const element = (segment: Segment | undefined, number: number): string | undefined =>
  segment?.elements[number - 1];

/** ISA is fixed width, so its elements stand at known places: 3 + the widths before. */
const ISA_WIDTHS = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1] as const;
const isaLength = 106;

/**
 * One interchange from the bytes of a file. Takes X12 in Latin-1 or ASCII; gives its segments as text.
 * Throws UnreadableX12 for everything a strict receiver would send back unread: wrong counts or control numbers (SE01, SE02, GE01, GE02,
 * IEA01, IEA02), a missing trailer, several interchanges, text around the interchange.
 */
export async function readX12(bytes: Uint8Array): Promise<Interchange> {
  const sent = Buffer.from(bytes).toString('latin1');
  const header = isaOf(sent);
  const terminator = sent.charAt(isaLength - 1);
  const text = withoutTail(sent, terminator);
  const segments = await segmentsOf(text);
  const acknowledgments = segments.filter(({ tag }) => tag === 'TA1').map(plain);
  const parsed = strictly(text, segments, acknowledgments.length > 0);
  if (parsed.trailer === undefined) throw new UnreadableX12('the interchange has no IEA');
  const trailer = { tag: 'IEA', elements: [parsed.trailer.valueOf(1), controlNumberOfIea(text, header, terminator)] };
  requireSame('IEA02', element(trailer, 2), 'ISA13', element(header, 13));
  const groups = parsed.functionalGroups.map(groupOf);
  requireCount('IEA01', element(trailer, 1), groups.length);
  const counted = groups.flatMap(({ transactions }) => transactions).reduce((sum, one) => sum + one.segments.length, 0);
  const enveloped = 2 + acknowledgments.length + 2 * groups.length;
  if (counted + enveloped !== segments.length) throw new UnreadableX12('there are segments outside of transactions');
  return { header, trailer, acknowledgments, groups, componentSeparator: text.charAt(isaLength - 2) };
}

function isaOf(text: string): Segment {
  if (!text.startsWith('ISA'))
    throw new UnreadableX12(`the file begins with ${JSON.stringify(text.slice(0, 10))}, not ISA`);
  if (text.length < isaLength) throw new UnreadableX12(`the file ends inside the ISA, after ${text.length} characters`);
  const separator = text.charAt(3);
  let from = 3;
  const elements = ISA_WIDTHS.map((width) => {
    if (text.charAt(from) !== separator) throw new UnreadableX12(`ISA has no separator at position ${from}`);
    const value = text.slice(from + 1, from + 1 + width);
    from += width + 1;
    return value;
  });
  return { tag: 'ISA', elements };
}

/** Line breaks behind the last terminator are no part of the interchange; the terminator may be a line break itself. */
function withoutTail(text: string, terminator: string): string {
  const kept = text.trimEnd();
  return terminator.trim() === '' && text.startsWith(terminator, kept.length) ? kept + terminator : kept;
}

/** node-x12 turns ISA13 and IEA02 into numbers, so that 000000101 and 101 look alike; the text is read beside it. */
function controlNumberOfIea(text: string, header: Segment, terminator: string): string {
  const separator = text.charAt(3);
  const last = text.endsWith(terminator) ? text.slice(text.slice(0, -1).lastIndexOf(terminator) + 1, -1).trim() : '';
  const [tag, , controlNumber] = last.split(separator);
  if (tag !== 'IEA' || controlNumber === undefined) {
    throw new UnreadableX12(
      `after interchange ${element(header, 13)} the file ends with ${JSON.stringify(last.slice(0, 20))}`,
    );
  }
  return controlNumber;
}

/** Every segment as node-x12's stream tells them. Written whole, so that no chunk edge falls into it. */
async function segmentsOf(text: string): Promise<readonly X12Segment[]> {
  const parser = new X12Parser(false, 'utf8');
  parser.end(text);
  const segments: X12Segment[] = [];
  for await (const segment of parser) segments.push(segment);
  return segments;
}

/**
 * The tree of a strict parser. Its model has no place for TA1, which it refuses outside of a group: with one in the file it is handed the
 * other segments.
 */
function strictly(text: string, segments: readonly X12Segment[], hasTa1: boolean): X12Interchange {
  try {
    const parser = new X12Parser(true);
    const parsed = hasTa1
      ? parser.getInterchangeFromSegments(segments.filter(({ tag }) => tag !== 'TA1'))
      : parser.parse(text);
    if (parsed instanceof X12FatInterchange) throw new UnreadableX12('the file holds several interchanges');
    return parsed;
  } catch (thrown) {
    if (thrown instanceof UnreadableX12) throw thrown;
    throw new UnreadableX12(
      `node-x12 refuses it: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      thrown,
    );
  }
}

const plain = (segment: X12Segment): Segment => ({
  tag: segment.tag,
  elements: segment.elements.map(({ value }) => value),
});

function groupOf({ header, trailer, transactions }: X12Interchange['functionalGroups'][number]): Group {
  if (trailer === undefined) throw new UnreadableX12(`group ${header.valueOf(6)} has no GE`);
  const group = { header: plain(header), trailer: plain(trailer) };
  requireSame('GE02', element(group.trailer, 2), 'GS06', element(group.header, 6));
  requireCount('GE01', element(group.trailer, 1), transactions.length);
  return {
    ...group,
    transactions: transactions.map((transaction) => {
      if (transaction.trailer === undefined) {
        throw new UnreadableX12(`transaction ${transaction.header.valueOf(2)} has no SE`);
      }
      const segments = [transaction.header, ...transaction.segments, transaction.trailer].map(plain);
      const [first, last] = [segments[0], segments.at(-1)];
      requireSame('SE02', element(last, 2), 'ST02', element(first, 2));
      requireCount('SE01', element(last, 1), segments.length);
      return { set: element(first, 1) ?? '', controlNumber: element(first, 2) ?? '', segments };
    }),
  };
}

function requireSame(name: string, found: string | undefined, otherName: string, expected: string | undefined): void {
  if (found !== expected) throw new UnreadableX12(`${name} is ${found}, and ${otherName} is ${expected}`);
}

/** Digits and nothing else: node-x12 reads "4abc" as 4. */
function requireCount(name: string, found: string | undefined, counted: number): void {
  if (found === undefined || !/^\d{1,6}$/.test(found) || Number(found) !== counted) {
    throw new UnreadableX12(`${name} is ${found}, and ${counted} were counted`);
  }
}
