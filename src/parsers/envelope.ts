import type { Problem } from '../core/problem.ts';
import type { Acknowledgment } from './acknowledgment.ts';
import { tagCode } from './byte-classes.ts';
import type { SequencePart } from './sequences.ts';
import type { Delimiters, GroupHeader, InterchangeHeader, Segment, SyntaxName } from './transaction.ts';
import type { Window } from './window.ts';

/*
 * Envelope  what X12 and EDIFACT say differently about the same thing: three nested pairs of header and trailer, each trailer carrying a
 *           count and the reference of its header. `read.ts` walks them; {x12,edifact}/envelope.ts know the elements.
 */
export interface Envelope {
  readonly syntax: SyntaxName;
  readonly tags: {
    readonly interchangeEnd: string;
    readonly groupStart: string;
    readonly groupEnd: string;
    readonly transactionStart: string;
    readonly transactionEnd: string;
    /** TA1 in X12: a segment of its own between ISA and the first GS. */
    readonly acknowledgment: string | null;
  };
  /** Requests to whoever carries the interchange (ISB, ISE, TA3: X12.5), before the first group: nothing of ours, and no mistake. */
  readonly carrierTags: readonly string[];
  /** IEA01 counts groups; UNZ 0036 does so only when there are any, and messages otherwise. */
  readonly countsBareTransactions: boolean;
  /** ST02 is unique within its group, UNH 0062 within its interchange. */
  readonly transactionNumbersPer: 'group' | 'interchange';
  /**
   * Looks for an interchange at `at`. 'more': cannot be told yet; null: none; 'malformed': one, but unreadable.
   * `strict` is used when looking for the next interchange in garbage: only what cannot be mistaken.
   */
  open(window: Window, at: number, strict: boolean): Opening | 'more' | 'malformed' | null;
  /** The header segment's facts and problems. May refine the delimiters (UNB tells the syntax version). */
  interchange(segment: Segment, opening: Opening): { header: InterchangeHeader; problems: readonly Problem[] };
  group(segment: Segment, interchange: InterchangeHeader): { header: GroupHeader; problems: readonly Problem[] };
  transaction(segment: Segment, group: GroupHeader, interchange: InterchangeHeader): TransactionHeader;
  /** Reads TA1, and tells what is wrong with it; `carrier` is the interchange it came in. Absent where there is no such segment. */
  acknowledgment?(
    segment: Segment,
    carrier: InterchangeHeader,
  ): { readonly acknowledgment: Acknowledgment; readonly problems: readonly Problem[] };
  /** Whether a trailer's reference is its header's: numbers in ISA/GS, text elsewhere. */
  sameReference(level: 'interchange' | 'group' | 'transaction', header: string, trailer: string): boolean;
}

/** An interchange's beginning. */
export interface Opening {
  readonly delimiters: Delimiters;
  readonly byteOffset: number;
  /** UNA as sent. */
  readonly serviceAdvice: string | null;
  /** ISA, whose delimiters are only known once it is read; null when the header is the next segment (UNB). */
  readonly segment: Segment | null;
  /** Index into the window from which segments follow. */
  readonly next: number;
  readonly problems: readonly Problem[];
}

export interface TransactionHeader {
  readonly message: string;
  readonly version: string;
  readonly association: string | null;
  readonly controlNumber: string;
  /** Which part of a split document it is; null when it is none. */
  readonly sequence: SequencePart | null;
  readonly problems: readonly Problem[];
}

export type ServiceTagCodes = Record<keyof Envelope['tags'], number>;

/** The service tags as numbers, for the hot path; -1 where there is none. */
export function serviceTagCodes(tags: Envelope['tags']): ServiceTagCodes {
  return {
    interchangeEnd: tagCode(tags.interchangeEnd),
    groupStart: tagCode(tags.groupStart),
    groupEnd: tagCode(tags.groupEnd),
    transactionStart: tagCode(tags.transactionStart),
    transactionEnd: tagCode(tags.transactionEnd),
    acknowledgment: tags.acknowledgment === null ? -1 : tagCode(tags.acknowledgment),
  };
}
