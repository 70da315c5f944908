import type { Problem } from '../core/problem.ts';
import type { Delimiters, Segment, SyntaxName, Transaction } from './transaction.ts';
import type { Rows } from './view.ts';

/** What a transaction's header and trailer say of it. */
export interface TransactionFacts {
  readonly syntax: SyntaxName;
  readonly message: string;
  readonly version: string;
  readonly association: string | null;
  readonly controlNumber: string;
  readonly byteLength: number;
  readonly problems: readonly Problem[];
}

export class TransactionView implements Transaction {
  readonly syntax: SyntaxName;
  readonly message: string;
  readonly version: string;
  readonly association: string | null;
  readonly controlNumber: string;
  readonly byteLength: number;
  readonly problems: readonly Problem[];
  readonly #rows: Rows;
  #segments: readonly Segment[] | null = null;

  constructor(rows: Rows, facts: TransactionFacts) {
    this.#rows = rows;
    this.syntax = facts.syntax;
    this.message = facts.message;
    this.version = facts.version;
    this.association = facts.association;
    this.controlNumber = facts.controlNumber;
    this.byteLength = facts.byteLength;
    this.problems = facts.problems;
  }

  get delimiters(): Delimiters {
    return this.#rows.delimiters;
  }

  get byteOffset(): number {
    return this.#rows.byteOffset;
  }

  get segments(): readonly Segment[] {
    this.#segments ??= this.#rows.segments();
    return this.#segments;
  }
}
