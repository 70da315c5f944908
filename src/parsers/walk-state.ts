import type { SeenNumbersState } from './seen-numbers.ts';
import type { SequencesState } from './sequences.ts';
import type { GroupHeader, InterchangeHeader } from './transaction.ts';

/** What is remembered of an interchange between two transactions: plain JSON. */
export interface WalkState {
  readonly header: InterchangeHeader;
  readonly group: OpenGroup | null;
  readonly groups: number;
  readonly transactions: number;
  readonly bare: number;
  readonly acknowledgments: number;
  /** Where a message first stood beside groups, or a group beside bare messages. */
  readonly mixed: { readonly byteOffset: number; readonly tag: string } | null;
  readonly seenGroups: SeenNumbersState;
  readonly seenTransactions: SeenNumbersState;
  readonly sequences: SequencesState;
}

export interface OpenGroup {
  readonly header: GroupHeader;
  /** The sender has no group here: one of nulls was opened for the transactions. */
  readonly implicit: boolean;
  readonly counted: number;
}
