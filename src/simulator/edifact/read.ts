import { createRequire } from 'node:module';
import Reader from 'edifact/reader.js';
import Tracker from 'edifact/tracker.js';

/*
 * Reading EDIFACT with the edifact package: small interchanges, whole, a fresh reader each (it is not usable again after an error).
 * It checks no counts and no references; those are checked here.
 */
export interface EdifactSegment {
  readonly tag: string;
  /** Elements of components: `elements[0][0]` is component 1 of element 1. */
  readonly elements: readonly (readonly string[])[];
}

export interface EdifactMessage {
  readonly type: string;
  readonly reference: string;
  /** From UNH to UNT, both included. */
  readonly segments: readonly EdifactSegment[];
}

export interface EdifactInterchange {
  readonly header: EdifactSegment;
  readonly reference: string;
  readonly messages: readonly EdifactMessage[];
}

export class UnreadableEdifact extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'UnreadableEdifact';
  }
}

/** Component `component` of element `element` of a segment, both from 1. */
export const componentOf = (segment: EdifactSegment | undefined, element: number, component = 1): string | undefined =>
  segment?.elements[element - 1]?.[component - 1];

/** One interchange of whole messages. Throws UnreadableEdifact for wrong counts, references or order of the service segments. */
export function readEdifact(bytes: Uint8Array): EdifactInterchange {
  const segments = segmentsOf(Buffer.from(bytes).toString('latin1'));
  const [header, trailer] = [segments[0], segments.at(-1)];
  if (header?.tag !== 'UNB') throw new UnreadableEdifact(`the first segment is ${header?.tag}, not UNB`);
  if (trailer?.tag !== 'UNZ') throw new UnreadableEdifact(`the last segment is ${trailer?.tag}, not UNZ`);
  const reference = componentOf(header, 5) ?? '';
  requireSame('UNZ 0020', componentOf(trailer, 2), reference);
  const messages: EdifactMessage[] = [];
  let open: EdifactSegment[] = [];
  for (const segment of segments.slice(1, -1)) {
    if (open.length === 0 && segment.tag !== 'UNH')
      throw new UnreadableEdifact(`${segment.tag} stands outside of a message`);
    open.push(segment);
    if (segment.tag !== 'UNT') continue;
    messages.push(messageOf(open));
    open = [];
  }
  if (open.length > 0) throw new UnreadableEdifact('the last message has no UNT');
  requireSame('UNZ 0036', componentOf(trailer, 1), String(messages.length));
  return { header, reference, messages };
}

function segmentsOf(text: string): readonly EdifactSegment[] {
  try {
    return new Reader({ autoDetectEncoding: true })
      .parse(text)
      .map(({ name, elements }) => ({ tag: name, elements: elements.map((components) => [...components]) }));
  } catch (thrown) {
    throw new UnreadableEdifact(
      `edifact refuses it: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      thrown,
    );
  }
}

function messageOf(segments: readonly EdifactSegment[]): EdifactMessage {
  const [first, last] = [segments[0], segments.at(-1)];
  const reference = componentOf(first, 1) ?? '';
  requireSame('UNT 0062', componentOf(last, 2), reference);
  requireSame('UNT 0074', componentOf(last, 1), String(segments.length));
  return { type: componentOf(first, 2) ?? '', reference, segments };
}

function requireSame(name: string, found: string | undefined, expected: string): void {
  if (found !== expected) throw new UnreadableEdifact(`${name} is ${found}, and ${expected} was expected`);
}

/** The package's own table of a message's segments: tells the first segment that stands where it may not; null when all fit. */
export function misplacedSegment(message: EdifactMessage): string | null {
  const table: unknown = createRequire(import.meta.url)(`edifact/messages/${message.type}.json`);
  if (!Array.isArray(table)) throw new UnreadableEdifact(`there is no table of ${message.type}`);
  const tracker = new Tracker(table);
  let wrong: string | null = null;
  tracker.on('error', (error) => {
    wrong = wrong ?? error.message;
  });
  for (const { tag } of message.segments) tracker.accept(tag);
  return wrong;
}
