import type { Problem } from '../core/problem.ts';
import type { Document, DocumentKind } from '../documents/index.ts';
import type { TransactionDraft } from '../parsers/draft.ts';
import type { PlacedTransaction, SyntaxName } from '../parsers/transaction.ts';
import type { DocumentPath, TraceEntry, WirePlace } from './trace.ts';

/*
 * Map       a declarative, two-way binding between a Transaction and a Document, compiled once to closures.
 * Trace     path ↔ place, for every value read or written.
 * Unmapped  what they sent that no field read. Unwritten  what we wanted to say that the map has no place for. Neither is ever silent.
 */

/** What stands in for `$agreement.*` in a map: "currency", "shipNotice.shape", "adxSign"… */
export type AgreementValues = Readonly<Record<string, unknown>>;

/** Compact while it is made (paths and places are built when asked for); entries in wire order. */
export interface Trace {
  readonly size: number;
  entries(): Iterable<TraceEntry>;
  /** Where a document path stands on the wire; several places when it was spread (`same:`, `fit: split`). */
  placesOf(path: DocumentPath): readonly WirePlace[];
  /** Which document paths an element fed or came from; with `element` null, the whole segment. */
  pathsAt(segmentNumber: number, element: number | null, component?: number | null): readonly DocumentPath[];
}

export interface Unmapped {
  readonly place: WirePlace;
  readonly value: string;
}

export interface MapReading {
  /** Null only when the problems say why no document could be made. */
  readonly document: Document | null;
  readonly trace: Trace;
  readonly unmapped: readonly Unmapped[];
  readonly problems: readonly Problem[];
}

export interface MapWriting {
  readonly draft: TransactionDraft;
  readonly trace: Trace;
  readonly unwritten: readonly DocumentPath[];
  readonly problems: readonly Problem[];
}

export interface CompiledMap {
  /** "x12/004010/850" for a base map; overlays carry their own name. */
  readonly name: string;
  /** Hash of the map and all it extends: recorded on each document. */
  readonly versionHash: string;
  readonly document: DocumentKind;
  readonly syntax: SyntaxName;
  readonly message: string;
  readonly version: string;
  /** Fields with `read:`/`write:` expressions: outside the round-trip promise. */
  readonly expressionFields: readonly DocumentPath[];
  read(placed: PlacedTransaction, agreement: AgreementValues): MapReading;
  write(document: Document, agreement: AgreementValues): MapWriting;
}
