import { readFileSync } from 'node:fs';
import { createReader } from '../parsers/index.ts';
import type { InterchangeHeader, ReadEvent, Segment } from '../parsers/transaction.ts';
import { type NamedFile, sizeOf, unreadable } from './file-events.ts';
import { componentMark, type Doubt, knownFault, type OtherSegment, readOtherwise } from './opinion-readers.ts';

/** The readers keep everything they read, some 170 bytes for each, and are slow at it: what people look at is far smaller. */
export const opinionBytesMax = 1024 * 1024;

/** Differences listed of one interchange; all are counted. */
export const differencesMax = 20;

/** One place where an independent reader sees something else. What does not apply is null. */
export interface Difference {
  /** In the file, where we see it. */
  readonly byteOffset: number;
  readonly segmentNumber: number | null;
  readonly tag: string;
  readonly elementNumber: number | null;
  /** What we read there and what it reads; null for nothing at all. */
  readonly ours: string | null;
  readonly theirs: string | null;
  /** Why it is known to be wrong here; null when it is not. */
  readonly known: string | null;
}

/** What an independent reader says of one interchange. */
export interface Opinion {
  readonly reader: 'node-x12' | 'edifact';
  readonly controlNumber: string;
  /** Null when it read none. */
  readonly segmentCount: number | null;
  readonly ourSegmentCount: number;
  /** Why it does not take the interchange, in its own words. */
  readonly refusal: string | null;
  readonly refusalKnown: string | null;
  /** We found errors in the file too: then a refusal is no other opinion. */
  readonly refusedByUs: boolean;
  readonly differenceCount: number;
  readonly differences: readonly Difference[];
}

/** Of a file: of each interchange that was found, or why nobody was asked. */
export type SecondOpinion =
  | { readonly opinions: readonly Opinion[]; readonly notAsked: null }
  | { readonly opinions: null; readonly notAsked: string };

export const agrees = ({ refusal, refusedByUs, differenceCount }: Opinion): boolean =>
  (refusal === null || refusedByUs) && differenceCount === 0;

/**
 * Reads a file a second time, with readers that are not ours. `refusedByUs`: our own checks found errors in it. Throws FailureError `usage-wrong` where
 * it cannot be read at all.
 */
export async function secondOpinion({ path, name }: NamedFile, refusedByUs: boolean): Promise<SecondOpinion> {
  if (path === 0) return { opinions: null, notAsked: 'it came by standard input, which can be read only once' };
  const size = sizeOf(path, name);
  if (size > opinionBytesMax) {
    const limit = opinionBytesMax.toLocaleString('en');
    return {
      opinions: null,
      notAsked: `it has ${size.toLocaleString('en')} bytes, and they are asked about ${limit} at most`,
    };
  }
  const bytes = bytesOf(path, name);
  const interchanges = interchangesOf(bytes);
  if (interchanges.length === 0) return { opinions: null, notAsked: 'no interchange was found' };
  const opinions: Opinion[] = [];
  for (const interchange of interchanges) {
    // As our readers decode: Latin-1 as the web knows it, with letters where ISO 8859-1 has control characters.
    const text = new TextDecoder('latin1').decode(bytes.subarray(interchange.header.byteOffset, interchange.byteEnd));
    opinions.push(await opinionOf(interchange, text, refusedByUs));
  }
  return { opinions, notAsked: null };
}

function bytesOf(path: string | Buffer, name: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw unreadable(name, error);
  }
}

interface OwnSegment extends OtherSegment {
  readonly byteOffset: number;
  readonly segmentNumber: number | null;
}

interface OwnInterchange {
  readonly header: InterchangeHeader;
  readonly serviceAdvice: string | null;
  readonly segments: readonly OwnSegment[];
  /** No group has anything wrong with its trailer. */
  readonly groupsAgree: boolean;
  readonly byteEnd: number;
}

/** Every segment of every interchange, service segments too, as plain text. */
function interchangesOf(bytes: Buffer): readonly OwnInterchange[] {
  const reader = createReader();
  const found: OwnInterchange[] = [];
  let open: (Omit<OwnInterchange, 'segments' | 'byteEnd' | 'groupsAgree'> & { segments: OwnSegment[] }) | null = null;
  let groupsAgree = true;
  const add = (segment: Segment | null, segmentNumber: number | null = null) => {
    if (segment !== null) open?.segments.push(plain(segment, open.header, segmentNumber));
  };
  const take = (event: ReadEvent): void => {
    switch (event.kind) {
      case 'interchange':
        open = { header: event.header, serviceAdvice: event.serviceAdvice, segments: [] };
        groupsAgree = true;
        add(event.segment);
        return;
      case 'ta1':
      case 'group':
      case 'group-end':
        if (event.problems.some(({ severity }) => severity === 'error')) groupsAgree = false;
        add(event.segment);
        return;
      case 'transaction':
        for (const segment of event.transaction.segments) add(segment, segment.number);
        return;
      case 'interchange-end':
        add(event.segment);
        if (open !== null) found.push({ ...open, groupsAgree, byteEnd: event.byteEnd });
        open = null;
        return;
      case 'stray':
        return;
    }
  };
  for (const event of reader.read(bytes)) take(event);
  for (const event of reader.end()) take(event);
  return found;
}

function plain(segment: Segment, { delimiters }: InterchangeHeader, segmentNumber: number | null): OwnSegment {
  const elements: string[] = [];
  const again = delimiters.repetition === null ? '' : String.fromCharCode(delimiters.repetition);
  for (let element = 1; element <= segment.elementCount; element++) {
    const repetitions: string[] = [];
    for (let repetition = 1; repetition <= Math.max(1, segment.repetitionCount(element)); repetition++) {
      const parts: string[] = [];
      for (let part = 1; part <= Math.max(1, segment.componentCount(element, repetition)); part++)
        parts.push(segment.value(element, part, repetition));
      repetitions.push(parts.join(componentMark));
    }
    elements.push(repetitions.join(again));
  }
  return { tag: segment.tag, elements, byteOffset: segment.byteOffset, segmentNumber };
}

async function opinionOf(
  { header, serviceAdvice, segments, groupsAgree }: OwnInterchange,
  text: string,
  refusedByUs: boolean,
): Promise<Opinion> {
  const { syntax, delimiters, controlNumber } = header;
  const reading = await readOtherwise(syntax, text, delimiters);
  const { reader, refusal } = reading;
  const tags = new Set(segments.map(({ tag }) => tag));
  const doubt: Doubt = {
    ...{ reader, serviceAdvice, delimiters, refusal, tags, value: null },
    trailers: groupsAgree,
    terminated: text.endsWith(String.fromCharCode(delimiters.terminator)),
  };
  // What it refused and saw nothing of its refusal explains: each segment of ours would be one that it does not have.
  const nothingSeen = refusal !== null && reading.segments?.length === 0;
  const differences =
    reading.segments === null || nothingSeen ? [] : differencesBetween(segments, reading.segments, doubt);
  return {
    reader,
    controlNumber,
    segmentCount: reading.segments?.length ?? null,
    ourSegmentCount: segments.length,
    refusal,
    refusedByUs,
    refusalKnown: refusal === null ? null : knownFault(doubt),
    differenceCount: differences.length,
    differences: differences.slice(0, differencesMax),
  };
}

/** How far the other list is looked through for a segment that one of the two does not have there. */
const lookAheadMax = 8;

/** Segment by segment. Where the tags part, what only one of them has is passed over; where that does not help, nothing more is compared. */
function differencesBetween(
  ours: readonly OwnSegment[],
  theirs: readonly OtherSegment[],
  doubt: Doubt,
): readonly Difference[] {
  const differences: Difference[] = [];
  let their = 0;
  for (let own = 0; own < ours.length || their < theirs.length; ) {
    const [mine, its] = [ours[own], theirs[their]];
    if (mine !== undefined && its !== undefined && mine.tag === its.tag) {
      differences.push(...elementDifferences(mine, its, doubt));
      own += 1;
      their += 1;
      continue;
    }
    const [more, fewer] = [distance(theirs, their, mine?.tag), distance(ours, own, its?.tag)];
    const place = mine ?? ours.at(-1);
    const extra = more < fewer || mine === undefined;
    const tags = {
      ours: extra ? null : (mine?.tag ?? null),
      theirs: extra || fewer > lookAheadMax ? (its?.tag ?? null) : null,
    };
    const value = { tag: mine?.tag ?? its?.tag ?? '', ours: tags.ours ?? '', theirs: tags.theirs ?? '' };
    const { byteOffset = 0, segmentNumber = null } = place ?? {};
    const known = knownFault({ ...doubt, value });
    differences.push({ byteOffset, segmentNumber, tag: value.tag, elementNumber: null, ...tags, known });
    if (extra && (mine === undefined || more <= lookAheadMax)) their += 1;
    else if (!extra && (its === undefined || fewer <= lookAheadMax)) own += 1;
    else break;
  }
  return differences;
}

/** How many segments further on the tag stands; more than `lookAheadMax` when it does not, nearby. */
function distance(segments: readonly OtherSegment[], from: number, tag: string | undefined): number {
  const found = segments.slice(from, from + lookAheadMax + 1).findIndex((segment) => segment.tag === tag);
  return found === -1 ? lookAheadMax + 1 : found;
}

function* elementDifferences(own: OwnSegment, other: OtherSegment, doubt: Doubt): Generator<Difference> {
  const { tag, byteOffset, segmentNumber } = own;
  const count = Math.max(own.elements.length, other.elements.length);
  for (let element = 1; element <= count; element++) {
    const [ours = '', theirs = ''] = [own, other].map(({ elements }) => trimmed(elements[element - 1] ?? ''));
    if (ours === theirs || isSameNumber(tag, element, ours, theirs)) continue;
    const known = knownFault({ ...doubt, value: { tag, ours, theirs } });
    yield { byteOffset, segmentNumber, tag, elementNumber: element, ours, theirs, known };
  }
}

/** Empty components at the end say nothing, whoever keeps them. */
const trimmed = (text: string): string => text.replace(new RegExp(`${componentMark}+$`), '');

/** node-x12 keeps ISA13 and IEA02 as numbers: 101 for 000000101. */
const isSameNumber = (tag: string, element: number, ours: string, theirs: string): boolean =>
  ((tag === 'ISA' && element === 13) || (tag === 'IEA' && element === 2)) &&
  /^\d{1,9}$/.test(ours) &&
  Number(ours) === Number(theirs);
