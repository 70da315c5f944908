import type { Message } from './tables.ts';
import type { Made } from './transaction.ts';

/* Transactions as bytes, joined by hand, with the place of every value: the gateway's writer has no part in it. */

export interface Marks {
  readonly element: string;
  readonly component: string;
  /** Empty where nothing repeats. */
  readonly repetition: string;
  readonly release: string;
  readonly terminator: string;
  readonly lineEnd: string;
}

export const X12_MARKS: Marks = {
  element: '*',
  component: '>',
  repetition: '^',
  release: '',
  terminator: '~',
  lineEnd: '',
};
export const EDIFACT_MARKS: Marks = {
  element: '+',
  component: ':',
  repetition: '*',
  release: '?',
  terminator: "'",
  lineEnd: '',
};

/** Numbers on the trailers and headers that a mutation may turn wrong. */
export interface Frame {
  readonly trailers: Readonly<Record<string, readonly [count: string, reference: string]>>;
  readonly functionalId: string;
}

/** Where each segment and value of the transactions begins. */
export interface Written {
  readonly bytes: Buffer;
  /** Transaction → segment → its first byte. */
  readonly segments: readonly (readonly number[])[];
  /** "transaction segment element repetition component", numbers from 1 but the transaction's → first byte. */
  readonly values: ReadonlyMap<string, number>;
  /** "transaction segment" → where its terminator stands. */
  readonly ends: ReadonlyMap<string, number>;
  /** "IEA 2", an element of a trailer outside transactions → its first byte, or where the terminator stands when it is empty. */
  readonly trailers: ReadonlyMap<string, number>;
}

/** Syntax 4 for what came with it, so that "*" separates repetitions and has to be released. */
/** Whether it is written in syntax 4. */
export const isSyntax4 = ({ version }: Message) => version === '41' || version === 'D01B';

const marksOf = (message: Message): Marks =>
  message.syntax === 'x12' ? X12_MARKS : { ...EDIFACT_MARKS, repetition: isSyntax4(message) ? '*' : '' };

const withoutEnd = <T>(list: readonly T[], isEmpty: (one: T) => boolean): T[] => {
  let end = list.length;
  while (end > 0 && isEmpty(list[end - 1] as T)) end--;
  return list.slice(0, end);
};

export const isAbsent = (repetitions: readonly (readonly string[])[] | undefined): boolean =>
  (repetitions ?? []).every((parts) => parts.every((part) => part === ''));

class Pen {
  text = '';
  readonly #marks: Marks;
  constructor(marks: Marks) {
    this.#marks = marks;
  }

  /** Writes one segment; `keepEnd` leaves empty elements at the end standing. `at` is told each value's place. */
  segment(made: Pick<Made, 'tag' | 'elements'>, keepEnd: boolean, at: (key: string, offset: number) => void): void {
    const { element, component, repetition, terminator, lineEnd } = this.#marks;
    const elements = keepEnd ? made.elements : withoutEnd(made.elements, isAbsent);
    this.text += made.tag;
    elements.forEach((repetitions, e) => {
      this.text += element;
      repetitions.forEach((parts, r) => {
        if (r > 0) this.text += repetition;
        const kept = keepEnd ? parts : withoutEnd(parts, (part) => part === '');
        kept.forEach((part, c) => {
          if (c > 0) this.text += component;
          at(`${e + 1} ${r + 1} ${c + 1}`, this.text.length);
          this.text += this.#escaped(part);
        });
      });
    });
    at('end', this.text.length);
    this.text += terminator + lineEnd;
  }

  #escaped(value: string): string {
    const { element, component, repetition, release, terminator } = this.#marks;
    if (release === '') return value;
    const special = new Set([element, component, release, terminator, repetition]);
    return Array.from(value, (one) => (special.has(one) ? release + one : one)).join('');
  }
}

/** One interchange of one group (EDIFACT: of messages without one) that holds these transactions. */
export function interchangeOf(
  message: Message,
  transactions: readonly (readonly Made[])[],
  changes: Partial<Frame> = {},
  keepEnd: { readonly transaction: number; readonly segment: number } | null = null,
  marks: Marks = marksOf(message),
): Written {
  const isX12 = message.syntax === 'x12';
  const pen = new Pen(marks);
  const segments: number[][] = [];
  const values = new Map<string, number>();
  const ends = new Map<string, number>();
  const trailers = new Map<string, number>();
  const count = String(transactions.length);
  const own: Frame['trailers'] = isX12 ? { GE: [count, '17'], IEA: ['1', '000000042'] } : { UNZ: [count, 'REF42'] };
  pen.text += isX12 ? isaAndGs(message, marks, changes.functionalId ?? message.functionalId) : unb(message, marks);
  transactions.forEach((made, transaction) => {
    segments.push([]);
    made.forEach((one, index) => {
      segments[transaction]?.push(pen.text.length);
      const isKept = keepEnd?.transaction === transaction && keepEnd.segment === index + 1;
      pen.segment(one, isKept, (key, offset) => {
        if (key === 'end') ends.set(`${transaction} ${index + 1}`, offset);
        else values.set(`${transaction} ${index + 1} ${key}`, offset);
      });
    });
  });
  for (const [tag, trailer] of Object.entries(own)) {
    const [counted, reference] = changes.trailers?.[tag] ?? trailer;
    const offsets = new Map<string, number>();
    pen.segment({ tag, elements: [[[counted]], [[reference]]] }, false, (key, offset) => offsets.set(key, offset));
    const end = offsets.get('end') ?? 0;
    for (const element of [1, 2]) trailers.set(`${tag} ${element}`, offsets.get(`${element} 1 1`) ?? end);
  }
  return { bytes: Buffer.from(pen.text, 'latin1'), segments, values, ends, trailers };
}

function isaAndGs({ version }: Message, marks: Marks, functionalId: string): string {
  const { element: e, component, repetition, terminator, lineEnd } = marks;
  // ISA12 00401 goes with 004010; from 00402 on, ISA11 is the repetition separator.
  const isa12 = version.slice(0, 5);
  const isa11 = isa12 >= '00402' ? repetition : 'U';
  const isa = [
    'ISA',
    '00',
    ' '.repeat(10),
    '00',
    ' '.repeat(10),
    'ZZ',
    'NORTHWIND'.padEnd(15),
    'ZZ',
    'TALLYPORT'.padEnd(15),
  ];
  isa.push('260115', '1030', isa11, isa12, '000000042', '0', 'P', component);
  const gs = ['GS', functionalId, 'NORTHWIND', 'TALLYPORT', '20260115', '1030', '17', 'X', version];
  return [isa, gs].map((one) => one.join(e) + terminator + lineEnd).join('');
}

function unb(message: Message, { element, component, repetition, release, terminator, lineEnd }: Marks): string {
  const isFour = isSyntax4(message);
  const una = `UNA${component}${element}.${release}${isFour ? repetition : ' '}${terminator}${lineEnd}`;
  const moment = [isFour ? '20260115' : '260115', '1030'].join(component);
  const syntax = ['UNOC', isFour ? '4' : '3'].join(component);
  const parties = ['5412345000013', '8798765432106'].map((id) => [id, '14'].join(component));
  return `${una}${['UNB', syntax, ...parties, moment, 'REF42'].join(element)}${terminator}${lineEnd}`;
}
