import type { Segment } from '../../parsers/transaction.ts';
import { elementName } from '../language/context.ts';
import type { ElementPlace } from '../language/spec.ts';
import { positionOf, type ReadFrame, type ReadRun } from './run.ts';

/*
 * What reading a value may have to say. Sentences a partner can act on; each names the place as the standard does.
 */

/** What an element is, once slots are known. */
export interface Stand {
  readonly element: number;
  readonly component: number;
  readonly repetition: number;
}

const at = (segment: Segment, { element, component, repetition }: Stand, frame: ReadFrame) =>
  positionOf(segment, element, component, repetition, frame.loopId);

export function complainOfMissing(run: ReadRun, frame: ReadFrame, entry: number, path: string, key: string): void {
  const name = path === '' ? key : `${path}.${key}`;
  run.complain(
    'map/value-required',
    'error',
    run.positionInSegment(run.segmentOfEntry(entry), frame.loopId),
    `${name} is missing: nothing was found where it stands, and what surrounds it cannot be understood without.`,
    null,
    name,
  );
}

export function complainOfText(
  run: ReadRun,
  segment: Segment,
  stand: Stand,
  frame: ReadFrame,
  path: string,
  text: string,
): void {
  const name = elementName(segment.tag, stand.element, stand.component);
  run.complain(
    'map/value-invalid',
    'error',
    at(segment, stand, frame),
    `${name} does not hold what ${path} wants.`,
    text,
  );
}

export function complainOfCode(
  run: ReadRun,
  segment: Segment,
  stand: Stand,
  frame: ReadFrame,
  table: string,
  text: string,
): void {
  run.complain(
    'map/code-unknown',
    'warning',
    at(segment, stand, frame),
    `The table '${table}' has no row for the code; it is kept as it was sent.`,
    text,
  );
}

export function complainOfLoss(
  run: ReadRun,
  segment: Segment,
  place: ElementPlace,
  frame: ReadFrame,
  path: string,
  text: string,
): void {
  run.complain(
    'map/value-cut',
    'warning',
    at(segment, place, frame),
    `${place.text} is '${text}', which ${path} cannot say.`,
    text,
  );
}

export function complainOfForm(
  run: ReadRun,
  segment: Segment,
  place: ElementPlace,
  frame: ReadFrame,
  text: string,
  written: string,
): void {
  run.complain(
    'map/alternative-read',
    'warning',
    at(segment, place, frame),
    `${place.text} is '${text}'; the same is written as '${written}'.`,
    text,
    written,
  );
}

export function complainOfAlternative(
  run: ReadRun,
  frame: ReadFrame,
  entry: number,
  path: string,
  number: number,
  first: string,
): void {
  run.complain(
    'map/alternative-read',
    'warning',
    run.positionInSegment(run.segmentOfEntry(entry), frame.loopId),
    `${path} was read from its alternative ${number}; it is written at ${first}.`,
  );
}
