import type { Problem } from '../core/problem.ts';
import { type CharacterSetName, characterSet } from './character-sets.ts';
import { recognise } from './characters.ts';
import type { TransactionHeader } from './envelope.ts';
import type { Delimiters, Segment, SyntaxName, Transaction } from './transaction.ts';
import type { Rows } from './view.ts';

/** What is known of a transaction when it is complete. */
export interface TransactionFacts {
  readonly syntax: SyntaxName;
  readonly byteLength: number;
  readonly problems: readonly Problem[];
  /** What its envelope or agreement names; null: every byte a character. */
  readonly characterSet: CharacterSetName | null;
}

export class TransactionView implements Transaction {
  readonly syntax: SyntaxName;
  readonly message: string;
  readonly version: string;
  readonly association: string | null;
  readonly controlNumber: string;
  readonly byteLength: number;
  readonly problems: readonly Problem[];
  readonly characterSet: CharacterSetName;
  readonly #rows: Rows;
  readonly #header: TransactionHeader;
  readonly #facts: TransactionFacts;
  #segments: readonly Segment[] | null = null;

  constructor(rows: Rows, header: TransactionHeader, facts: TransactionFacts) {
    this.#header = header;
    this.#facts = facts;
    this.syntax = facts.syntax;
    this.message = header.message;
    this.version = header.version;
    this.association = header.association;
    this.controlNumber = header.controlNumber;
    this.byteLength = facts.byteLength;
    const { characterSet: named, problems } = facts;
    this.characterSet = named ?? 'latin1';
    this.problems = problems;
    this.#rows = rows;
    // Nearly all traffic is ASCII, and means the same in every set.
    if (rows.isAscii) return;
    // A delimiter beyond ASCII (some senders' X12) is a byte, and must be found again as one.
    if (named === null || delimitedBeyondAscii(rows.delimiters)) {
      this.#rows = rows.decodedAs(null);
      return;
    }
    const { set, problem } = recognise(rows.bytes(), named, rows.byteOffset);
    this.characterSet = set;
    this.#rows = rows.decodedAs(characterSet(set));
    if (problem !== null) this.problems = [...problems, problem];
  }

  get delimiters(): Delimiters {
    return this.#rows.delimiters;
  }

  get byteOffset(): number {
    return this.#rows.byteOffset;
  }

  /** Whether all of it is ASCII. */
  get isAscii(): boolean {
    return this.#rows.isAscii;
  }

  /** All of it as text, delimiters and release characters too: what is looked through before its values are. */
  get text(): string {
    return this.#rows.text;
  }

  decodedAs(set: CharacterSetName | null): TransactionView {
    if (this.isAscii && set === this.characterSet) return this;
    return new TransactionView(this.#rows, this.#header, { ...this.#facts, characterSet: set });
  }

  get segments(): readonly Segment[] {
    this.#segments ??= this.#rows.segments();
    return this.#segments;
  }
}

const delimitedBeyondAscii = ({ element, component, repetition, release, terminator }: Delimiters): boolean =>
  [element, component, repetition ?? 0, release ?? 0, terminator].some((byte) => byte > 0x7f);
