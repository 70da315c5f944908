import type { Problem, Verdict } from '../core/problem.ts';
import type { Usage } from '../core/usage.ts';
import type { Acknowledgment } from './acknowledgment.ts';
import type { CharacterSetName } from './character-sets.ts';
import type { LoopDefinition, SegmentUse } from './standards/definitions.ts';

/*
 * Syntax         x12 or edifact: how bytes become segments.
 * Delimiters     the separators of one interchange, as byte values; null where the syntax or the sender has none.
 * Interchange    ISA…IEA or UNB…UNZ; Group  GS…GE or UNG…UNE; Transaction  ST…SE or UNH…UNT, held whole and dropped when used.
 * Segment        one tagged row of elements, seen through a view over the transaction's bytes: strings are made when asked for.
 */
export type SyntaxName = 'x12' | 'edifact';

export interface Delimiters {
  readonly element: number;
  readonly component: number;
  readonly repetition: number | null;
  readonly release: number | null;
  readonly terminator: number;
  /** EDIFACT only: the decimal mark UNA names; 0x2e elsewhere. */
  readonly decimalMark: number;
  /** EDIFACT below syntax 4 whose UNA names the mark: numbers have that one and no other. Absent: either may stand. */
  readonly marksAsNamed?: true;
}

/** An identity on an envelope: X12 qualifier + id (right-trimmed), EDIFACT 0007 + 0004. */
export interface EnvelopeIdentity {
  readonly qualifier: string | null;
  readonly id: string;
  /** What UNB says behind them (0008 or 0014, and 0042 or 0046): a CONTRL repeats it. Absent when there is none. */
  readonly routing?: readonly string[];
}

export interface InterchangeHeader {
  readonly syntax: SyntaxName;
  readonly delimiters: Delimiters;
  /** ISA12 ("00401") or the UNB syntax identifier and version ("UNOC:3"). */
  readonly version: string;
  readonly sender: EnvelopeIdentity;
  readonly receiver: EnvelopeIdentity;
  /** ISA13 or UNB 0020, as sent. */
  readonly controlNumber: string;
  /** As sent: ISA09/UNB 0017 and ISA10/UNB 0019. TA1 and CONTRL echo them. */
  readonly date: string;
  readonly time: string;
  readonly usage: Usage;
  /** What UNB 0001 and 0133 name. X12 names none: Latin-1, unless an agreement says otherwise. */
  readonly characterSet: CharacterSetName;
  /** ISA14 = 1 or UNB 0031 = 1 (2: receipt only, syntax 4). */
  readonly acknowledgmentRequested: '0' | '1' | '2';
  readonly byteOffset: number;
}

export interface GroupHeader {
  /** GS01 ("PO") or UNG 0038; null where EDIFACT has no UNG. */
  readonly functionalId: string | null;
  readonly sender: string | null;
  readonly receiver: string | null;
  /** UNG's 0007 of sender and receiver; absent when there are none. */
  readonly qualifiers?: readonly [sender: string, receiver: string];
  readonly controlNumber: string | null;
  /** GS08 whole ("004010VICS"); null without UNG. */
  readonly version: string | null;
  readonly byteOffset: number;
}

/** One segment of a transaction. All numbers count from 1. */
export interface Segment {
  readonly tag: string;
  readonly number: number;
  /** Of the tag's first byte, in the RawFile. */
  readonly byteOffset: number;
  readonly elementCount: number;
  /** Text without release characters; '' when absent. Component and repetition default to 1. */
  value(element: number, component?: number, repetition?: number): string;
  repetitionCount(element: number): number;
  componentCount(element: number, repetition?: number): number;
  /** Where that value begins in the RawFile; the end of the segment when it is absent. */
  byteOffsetOf(element: number, component?: number, repetition?: number): number;
}

export interface Transaction {
  readonly syntax: SyntaxName;
  readonly delimiters: Delimiters;
  /** ST01 ("850") or UNH 0065 ("ORDERS"). */
  readonly message: string;
  /** What chooses the tables: the first six characters of GS08 ("004010"), or 0052+0054 ("D96A"). */
  readonly version: string;
  /** The rest of GS08, ST03, or UNH 0057 ("EAN008"): null when absent. */
  readonly association: string | null;
  /** ST02 or UNH 0062, as sent. */
  readonly controlNumber: string;
  readonly byteOffset: number;
  readonly byteLength: number;
  /** The set its values were read in: the one named, or the one its bytes show it to be. */
  readonly characterSet: CharacterSetName;
  /** ST…SE or UNH…UNT, both included. */
  readonly segments: readonly Segment[];
  /** Envelope problems of this transaction: SE01, SE02, a missing trailer… */
  readonly problems: readonly Problem[];
  /** The same in the set an agreement names; null: every byte a character. */
  decodedAs(set: CharacterSetName | null): Transaction;
}

/** A segment in its place in the standard's tree. */
export interface PlacedSegment {
  readonly kind: 'segment';
  readonly use: SegmentUse;
  readonly segment: Segment;
}

/** One occurrence of a loop (X12) or segment group (EDIFACT). `children` stand in wire order, the trigger first. */
export interface PlacedLoop {
  readonly kind: 'loop';
  readonly definition: LoopDefinition;
  readonly children: readonly (PlacedSegment | PlacedLoop)[];
  /** True when the sender omitted the trigger and the loop was opened for what follows it. */
  readonly implied: boolean;
}

/** A transaction against its table: the tree, and every problem of tree, elements, notes and balances in wire order. */
export interface PlacedTransaction {
  readonly transaction: Transaction;
  readonly root: PlacedLoop;
  readonly problems: readonly Problem[];
  readonly verdict: Verdict;
  /** How many more there are than the list holds, its summary counted as one of them; absent when none. */
  readonly unlisted?: UnlistedCount;
}

export interface UnlistedCount {
  readonly errors: number;
  readonly warnings: number;
}

/**
 * What a reader yields, in wire order. A transaction is complete when yielded; nothing of it is kept by the reader.
 * Every transaction stands in a group: where the sender has none (EDIFACT without UNG, an ST outside GS…GE) a group of nulls is yielded,
 * and its `segment`s are null too. A trailer's `segment` is null when the trailer is missing.
 */
export type ReadEvent =
  | {
      readonly kind: 'interchange';
      readonly header: InterchangeHeader;
      /** ISA or UNB. */
      readonly segment: Segment;
      /** UNA as sent, nine characters; null without one. */
      readonly serviceAdvice: string | null;
      readonly problems: readonly Problem[];
    }
  | {
      readonly kind: 'ta1';
      readonly segment: Segment;
      readonly acknowledgment: Acknowledgment;
      readonly problems: readonly Problem[];
    }
  | {
      readonly kind: 'group';
      readonly header: GroupHeader;
      readonly segment: Segment | null;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'transaction'; readonly transaction: Transaction }
  | {
      readonly kind: 'group-end';
      readonly header: GroupHeader;
      readonly segment: Segment | null;
      /** Transactions the trailer claims (GE01, UNE 0060), or null when there is no readable trailer. */
      readonly claimed: number | null;
      readonly counted: number;
      readonly problems: readonly Problem[];
    }
  | {
      readonly kind: 'interchange-end';
      readonly header: InterchangeHeader;
      readonly segment: Segment | null;
      readonly claimed: number | null;
      readonly counted: number;
      /** One past the trailer's terminator, in the RawFile. */
      readonly byteEnd: number;
      readonly problems: readonly Problem[];
    }
  | { readonly kind: 'stray'; readonly problems: readonly Problem[] };

/** Everything a reader needs to go on after a transaction, as plain JSON: how `split` resumes at its cursor. */
export type ReaderState = { readonly byteOffset: number } & Readonly<Record<string, unknown>>;

/**
 * Reads bytes cut anywhere. Never throws for what a partner sent; however the same bytes are cut, the events are the same.
 * `push` and `end` return the events completed by what was given.
 */
export interface Reader {
  push(chunk: Uint8Array): readonly ReadEvent[];
  /** The same, one at a time: what is not asked for is not read, and `state` may be taken after any of them. */
  read(chunk: Uint8Array): IterableIterator<ReadEvent>;
  end(): readonly ReadEvent[];
  /** The state after the last yielded event; a new reader made with it and fed from `byteOffset` goes on as this one would. */
  state(): ReaderState;
}
