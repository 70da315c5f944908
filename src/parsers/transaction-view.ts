import type { Problem } from '../core/problem.ts';
import type { TransactionHeader } from './envelope.ts';
import type { Delimiters, Segment, SyntaxName, Transaction } from './transaction.ts';
import type { Rows } from './view.ts';

/** What is known of a transaction when it is complete. */
export interface TransactionFacts {
  readonly syntax: SyntaxName;
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

  constructor(rows: Rows, header: TransactionHeader, facts: TransactionFacts) {
    this.#rows = rows;
    this.syntax = facts.syntax;
    this.message = header.message;
    this.version = header.version;
    this.association = header.association;
    this.controlNumber = header.controlNumber;
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
