import type { TransactionVerdict } from '../parsers/acknowledgment.ts';

/**
 * The verdicts of one group, in wire order. Of what was accepted without a word only its names are kept, in one text each: an interchange
 * of a gigabyte holds a quarter of a million transactions, and its 997s can only be written when its end has been seen.
 */
export class VerdictList implements Iterable<TransactionVerdict> {
  readonly #rows: (TransactionVerdict | string)[] = [];

  add(verdict: TransactionVerdict): void {
    const { message, controlNumber, reference, codes, segments } = verdict;
    const plain = verdict.verdict === 'accepted' && reference === null && codes.length + segments.length === 0;
    this.#rows.push(plain ? `${message}\n${controlNumber}` : verdict);
  }

  *[Symbol.iterator](): Generator<TransactionVerdict> {
    for (const row of this.#rows) yield typeof row === 'string' ? plainVerdict(row) : row;
  }
}

function plainVerdict(names: string): TransactionVerdict {
  const [message = '', ...controlNumber] = names.split('\n');
  return {
    message,
    controlNumber: controlNumber.join('\n'),
    reference: null,
    verdict: 'accepted',
    codes: [],
    segments: [],
  };
}
