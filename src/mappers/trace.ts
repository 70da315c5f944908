/*
 * Trace  ties each path of a Document to the place on the wire it was read from or written to, both ways: it is how an AK4 lands on our
 *        field, and how a business rule's complaint lands on their element. Kept with the document.
 */
export interface WirePlace {
  /** From ST/UNH = 1. */
  readonly segmentNumber: number;
  readonly tag: string;
  readonly element: number;
  readonly component: number | null;
  readonly repetition: number | null;
}

/** A path in a Document: "lines[3].price.amount"; array indexes count from 0. */
export type DocumentPath = string;

/** One line of the trace as it is stored and published. */
export interface TraceEntry {
  readonly path: DocumentPath;
  readonly place: WirePlace;
}
