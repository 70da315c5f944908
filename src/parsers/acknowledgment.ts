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
  /** ST03 or UNH 0052/0054/0051/0057 as sent, when the writer needs them. */
  readonly reference: string | null;
  readonly verdict: Verdict;
  readonly codes: readonly string[];
  readonly segments: readonly SegmentNote[];
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
}

/** What a partner's acknowledgment says, as read. One TA1 has no groups; one 997 has one. */
export interface Acknowledgment {
  readonly kind: 'TA1' | '997' | '999' | 'CONTRL';
  readonly interchange: InterchangeVerdict | null;
  readonly group: GroupVerdict | null;
  readonly transactions: readonly TransactionVerdict[];
}
