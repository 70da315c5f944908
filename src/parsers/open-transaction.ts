import { positionAt } from '../core/position.ts';
import { type Problem, problem } from '../core/problem.ts';
import type { Envelope, TransactionHeader } from './envelope.ts';
import { transactionBytesMax, transactionSegmentsMax } from './limits.ts';
import type { Tokenizer } from './tokenize.ts';
import { checkTrailer, trailerMissing } from './trailer.ts';
import type { GroupHeader, InterchangeHeader, Segment } from './transaction.ts';
import { TransactionView } from './transaction-view.ts';
import type { Rows } from './view.ts';

/**
 * trailer   the completed segment is SE or UNT
 * before    the completed segment is another, and closes the transaction without belonging to it
 * at-end    no segment is complete: another interchange begins, or the file ends
 */
export type TransactionEnd = 'trailer' | 'before' | 'at-end';

/** What the transaction's place in its interchange says: asked once, when it is complete. */
export interface TransactionPlace {
  readonly group: GroupHeader;
  readonly interchange: InterchangeHeader;
  numberProblems(header: TransactionHeader, segment: Segment): readonly Problem[];
}

/** A transaction being read: its segments, ST or UNH the first, are held by the tokenizer until its trailer comes. */
export class OpenTransaction {
  readonly byteOffset: number;
  readonly #envelope: Envelope;
  readonly #tokens: Tokenizer;
  /** Set when a limit was passed: from there on segments are counted and not kept. */
  #tooLarge: { readonly first: Rows; segmentCount: number } | null = null;

  constructor(envelope: Envelope, tokens: Tokenizer) {
    this.#envelope = envelope;
    this.#tokens = tokens;
    this.byteOffset = tokens.window.base + tokens.segmentStart;
    tokens.holding = true;
  }

  countSegment(): void {
    if (this.#tooLarge === null) return;
    this.#tooLarge.segmentCount++;
    this.#tokens.letGo();
  }

  /** Keeps the header only; the segment in progress is given once more, unheld. */
  drop(): void {
    const { segmentCount } = this.#tokens.index;
    this.#tooLarge = { first: this.#tokens.rows(segmentCount - 1), segmentCount };
    this.#tokens.rewind();
  }

  /** The whole transaction, with the problems of its envelope; the tokenizer forgets it. */
  end(how: TransactionEnd, place: TransactionPlace): TransactionView {
    const tokens = this.#tokens;
    const tooLarge = this.#tooLarge;
    const end = tokens.window.base + (how === 'trailer' ? tokens.segmentEnd : tokens.segmentStart);
    const rows = tooLarge?.first ?? tokens.rows(how === 'before' ? 1 : 0);
    const segment = rows.segment(0);
    const header = this.#envelope.transaction(segment, place.group, place.interchange);
    const problems = [...header.problems];
    if (tooLarge !== null) problems.push(tooLargeProblem(segment));
    problems.push(...place.numberProblems(header, segment));
    if (how === 'trailer') problems.push(...this.#trailerProblems(rows, header));
    else problems.push(trailerMissing('transaction', this.#envelope, end));
    if (tooLarge === null) problems.push(...this.#contentProblems(rows));
    if (how === 'trailer') tokens.letGo();
    else tokens.rewind();
    const { syntax } = this.#envelope;
    const { characterSet } = place.interchange;
    return new TransactionView(rows, header, { syntax, byteLength: end - this.byteOffset, problems, characterSet });
  }

  #trailerProblems(rows: Rows, header: TransactionHeader): readonly Problem[] {
    const tooLarge = this.#tooLarge;
    const counted = tooLarge === null ? rows.count : tooLarge.segmentCount + 1;
    const trailer = tooLarge === null ? rows.segment(rows.count - 1) : this.#tokens.rows().segment(0);
    const { sameReference } = this.#envelope;
    const { delimiters } = rows;
    const expected = { level: 'transaction', units: 'segment', counted, segmentNumber: counted, delimiters } as const;
    return checkTrailer(trailer, { ...expected, reference: header.controlNumber, sameReference }).problems;
  }

  #contentProblems(rows: Rows): Problem[] {
    const { binaryMismatch, lineBreak, padding } = this.#tokens;
    const problems: Problem[] = [];
    const at = (byteOffset: number) => {
      const segmentNumber = rows.numberAt(byteOffset);
      return positionAt(byteOffset, { segmentNumber, tag: rows.segment(segmentNumber - 1).tag });
    };
    if (binaryMismatch >= 0) problems.push(problem('segment/binary-length', at(binaryMismatch)));
    if (lineBreak >= 0) problems.push(problem('segment/line-break', at(lineBreak), { severity: 'warning' }));
    if (padding >= 0) problems.push(problem('segment/padding', at(padding), { severity: 'warning' }));
    return problems;
  }
}

function tooLargeProblem({ byteOffset, tag }: Segment): Problem {
  const expected = `at most ${transactionBytesMax} bytes and ${transactionSegmentsMax} segments`;
  return problem('transaction/too-large', positionAt(byteOffset, { segmentNumber: 1, tag }), { expected });
}
