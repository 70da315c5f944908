import type { Usage } from '../core/usage.ts';
import type { CharacterSetName } from './character-sets.ts';
import type { Delimiters, EnvelopeIdentity, SyntaxName } from './transaction.ts';

/*
 * Draft  a transaction on its way out: values without delimiters or release characters, in the standard's order.
 *        ST/SE and UNH/UNT are the writer's, and so are all counts and control references.
 */
export type DraftElement =
  | string
  | readonly string[]
  | { readonly repetitions: readonly (string | readonly string[])[] };

export interface DraftSegment {
  readonly tag: string;
  /** Element 1 first; trailing empty ones are dropped by the writer. */
  readonly elements: readonly DraftElement[];
}

export interface TransactionDraft {
  readonly syntax: SyntaxName;
  readonly message: string;
  readonly version: string;
  readonly association: string | null;
  readonly segments: readonly DraftSegment[];
}

/** A draft whose segments come one at a time: a 997 over 100,000 sets is never held whole. */
export interface StreamedDraft extends Omit<TransactionDraft, 'segments'> {
  readonly segments: Iterable<DraftSegment>;
}

/** What a delimiter in data does where the syntax has no release character: refuse the document, or put this in its place. */
export type DelimiterInData = 'refuse' | { readonly replaceWith: string };

/**
 * What a character does that the set being written has not: refuse the document; write what comes nearest (é as e, ’ as ', a as A under UNOA), and
 * refuse where nothing does; or put this in its place.
 */
export type UnwritableCharacter = 'refuse' | 'nearest' | { readonly replaceWith: string };

/** Everything on an outbound envelope that is not data. */
export interface OutboundEnvelope {
  readonly syntax: SyntaxName;
  readonly delimiters: Delimiters;
  /** Bytes after each terminator: '' or '\n' or '\r\n'. */
  readonly segmentSuffix: '' | '\n' | '\r\n';
  readonly onDelimiterInData: DelimiterInData;
  /** Of X12, which names none: Latin-1 when absent. EDIFACT's is the one its version names. */
  readonly characterSet?: CharacterSetName;
  /** Refused when absent. */
  readonly onUnwritable?: UnwritableCharacter;
  /** ISA12 ("00401") or "UNOC:3". */
  readonly version: string;
  readonly sender: EnvelopeIdentity;
  readonly receiver: EnvelopeIdentity;
  /** YYYYMMDD and HHMM[SS]: the writer cuts to what the envelope's version wants. */
  readonly date: string;
  readonly time: string;
  readonly interchangeControlNumber: string;
  readonly acknowledgmentRequested: boolean;
  readonly usage: Usage;
  /** X12: one group per interchange we send; null for EDIFACT without UNG. */
  readonly group: {
    readonly functionalId: string;
    readonly sender: string;
    readonly receiver: string;
    readonly controlNumber: string;
    /** GS08 whole. */
    readonly version: string;
  } | null;
}

export interface OutboundTransaction {
  readonly draft: TransactionDraft | StreamedDraft;
  /** ST02 or UNH 0062. */
  readonly controlNumber: string;
}

/** Where a written segment stands, told while writing. */
export interface WrittenSegment {
  readonly controlNumber: string;
  /** From ST/UNH = 1. */
  readonly segmentNumber: number;
  readonly tag: string;
  /** Of the tag's first byte, in the interchange written. */
  readonly byteOffset: number;
}

export interface WriteOptions {
  /** Called for every segment of every transaction, ST and SE included. */
  readonly onSegment?: (written: WrittenSegment) => void;
}
