import type { Verdict } from '../core/problem.ts';
import type { EnvelopeIdentity, SyntaxName } from './transaction.ts';

/*
 * Acknowledgment  a syntax verdict in wire codes: TA1, 997, 999, CONTRL. A parser's value: built from what a reader and the checks
 *                 found, or read from what a partner answered; written and read by {x12,edifact}/acknowledge.ts, never mapped.
 */
export interface ElementNote {
  /** AK401-1 counts elements from 1. CONTRL's own counting (tag = 1) is the writer's business. */
  readonly element: number;
  readonly component: number | null;
  readonly repetition: number | null;
  /** X12 data element reference number, when known. */
  readonly dataElement: string | null;
  readonly code: string;
  /** The bad data, cleaned of delimiters. */
  readonly found: string | null;
  /** 999 only: the element whose presence makes this one wrong (CTX, "SITUATIONAL TRIGGER"); absent where none does. */
  readonly because?: {
    readonly element: number;
    readonly component: number | null;
    readonly dataElement: string | null;
  };
}

/** Which service segment an envelope's verdict is about, and where in it; elements count from 1, as an ElementNote's do. CONTRL tells it. */
export interface ServicePlace {
  readonly tag: string;
  readonly element: number | null;
  readonly component: number | null;
}

export interface SegmentNote {
  readonly tag: string;
  /** From ST/UNH = 1. */
  readonly segmentNumber: number;
  readonly loop: string | null;
  readonly codes: readonly string[];
  readonly elements: readonly ElementNote[];
}

export interface TransactionVerdict {
  readonly message: string;
  readonly controlNumber: string;
  /** ST03 ("005010X231A1"), or the rest of S009 as sent ("D:96A:UN:EAN008"); null when there is none. */
  readonly reference: string | null;
  readonly verdict: Verdict;
  readonly codes: readonly string[];
  readonly segments: readonly SegmentNote[];
  readonly service?: ServicePlace;
}

export interface GroupVerdict {
  readonly functionalId: string | null;
  readonly controlNumber: string | null;
  readonly version: string | null;
  readonly verdict: Verdict;
  readonly codes: readonly string[];
  readonly included: number;
  readonly received: number;
  readonly accepted: number;
  /** UNG's S006 and S007, as sent; absent in X12. */
  readonly sender?: EnvelopeIdentity;
  readonly receiver?: EnvelopeIdentity;
  readonly service?: ServicePlace;
}

export interface InterchangeVerdict {
  readonly syntax: SyntaxName;
  readonly sender: EnvelopeIdentity;
  readonly receiver: EnvelopeIdentity;
  readonly controlNumber: string;
  readonly date: string;
  readonly time: string;
  readonly verdict: Verdict;
  /** TA1 note code ("000"), or CONTRL 0085 ('' when none). */
  readonly code: string;
  readonly service?: ServicePlace;
}

/** What a partner's acknowledgment says, as read. One TA1 has no groups; one 997 or 999 has one. */
export interface Acknowledgment {
  readonly kind: 'TA1' | '997' | '999' | 'CONTRL';
  readonly interchange: InterchangeVerdict | null;
  readonly group: GroupVerdict | null;
  /** Of the group; of a CONTRL those that stand in no group. */
  readonly transactions: readonly TransactionVerdict[];
  /** A CONTRL's groups, each with its messages; absent elsewhere. */
  readonly groups?: readonly GroupAnswer[];
  /** CONTRL action 8: the interchange has come, and nothing is said of what it holds. */
  readonly receiptOnly?: boolean;
}

export interface GroupAnswer {
  readonly group: GroupVerdict;
  readonly transactions: readonly TransactionVerdict[];
}
