import type { Segment, Transaction } from '../../src/parsers/transaction.ts';

/* Transactions made by hand from text, so that what is tested here does not lean on the reader. */

class PlainSegment implements Segment {
  readonly tag: string;
  readonly number: number;
  readonly byteOffset: number;
  readonly #text: string;
  readonly #elements: readonly (readonly (readonly string[])[])[];

  constructor(
    text: string,
    number: number,
    byteOffset: number,
    separators: { element: string; component: string; repetition: string | null },
  ) {
    const [tag = '', ...elements] = text.split(separators.element);
    this.tag = tag;
    this.number = number;
    this.byteOffset = byteOffset;
    this.#text = text;
    const { repetition, component } = separators;
    this.#elements = elements.map((element) =>
      (repetition === null ? [element] : element.split(repetition)).map((one) => one.split(component)),
    );
  }

  get elementCount(): number {
    return this.#elements.length;
  }

  value(element: number, component = 1, repetition = 1): string {
    return this.#elements[element - 1]?.[repetition - 1]?.[component - 1] ?? '';
  }

  #isEmpty(element: number): boolean {
    const repetitions = this.#elements[element - 1];
    return (
      repetitions === undefined ||
      (repetitions.length === 1 && repetitions[0]?.length === 1 && repetitions[0][0] === '')
    );
  }

  repetitionCount(element: number): number {
    return this.#isEmpty(element) ? 0 : (this.#elements[element - 1]?.length ?? 0);
  }

  componentCount(element: number, repetition = 1): number {
    return this.#isEmpty(element) ? 0 : (this.#elements[element - 1]?.[repetition - 1]?.length ?? 0);
  }

  byteOffsetOf(element: number): number {
    if (element < 1 || element > this.elementCount) return this.byteOffset + this.#text.length;
    return this.byteOffset + this.#text.split(/[*+]/).slice(0, element).join('*').length + 1;
  }
}

/** An X12 transaction of `version` from segments "ST*850*0001", separated by "~"; components ":", repetitions "^" from 005010. */
export function x12(text: string, version = '004010'): Transaction {
  return transactionOf(text, 'x12', '~', version, {
    element: '*',
    component: ':',
    repetition: version >= '005010' ? '^' : null,
  });
}

/** An EDIFACT message from segments "UNH+1+ORDERS:D:96A:UN", separated by "'". */
export function edifact(text: string): Transaction {
  return transactionOf(text, 'edifact', "'", '', { element: '+', component: ':', repetition: null });
}

function transactionOf(
  text: string,
  syntax: Transaction['syntax'],
  terminator: string,
  version: string,
  separators: { element: string; component: string; repetition: string | null },
): Transaction {
  let byteOffset = 0;
  const segments = text
    .split(terminator)
    .map((one) => one.trimStart())
    .filter((one) => one !== '')
    .map((one, index) => {
      const segment = new PlainSegment(one, index + 1, byteOffset, separators);
      byteOffset += one.length + 1;
      return segment;
    });
  const first = segments[0];
  const edi = syntax === 'edifact';
  const transaction: Transaction = {
    syntax,
    characterSet: 'latin1',
    decodedAs: () => transaction,
    delimiters: {
      element: 42,
      component: 58,
      repetition: separators.repetition === null ? null : 94,
      release: null,
      terminator: 126,
      decimalMark: 46,
    },
    message: (edi ? first?.value(2, 1) : first?.value(1)) ?? '',
    version: edi ? `${first?.value(2, 2)}${first?.value(2, 3)}` : version,
    association: null,
    controlNumber: (edi ? first?.value(1) : first?.value(2)) ?? '',
    byteOffset: 0,
    byteLength: byteOffset,
    segments,
    problems: [],
  };
  return transaction;
}
