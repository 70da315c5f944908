import fc from 'fast-check';
import { Dice } from '../parsers/generated/dice.ts';
import { messages } from '../parsers/generated/tables.ts';
import { makeTransaction } from '../parsers/generated/transaction.ts';
import { interchangeOf } from '../parsers/generated/wire.ts';

/* Bytes that mean harm: real fixtures and generated interchanges, with pieces put in, taken out, copied and turned, and delimiters exchanged. */

/** Separators and tags do more harm than noise. */
export const PIECES = [
  ..."~*:'+?^\n\0\xff !.,-",
  '\r\n',
  'ISA*',
  'ISA',
  'GS*',
  'ST*850*1~',
  'SE*2*1~',
  'GE*1*1~',
  'IEA*1*1~',
  'BIN*9*',
  'BIN*999999999*',
  'BDS*ASC*3*',
  'LS*N1~',
  'LE*N1~',
  'HL*1*1*S~',
  "UNA:+.? '",
  'UNA',
  'UNB+UNOC:3',
  'UNB',
  "UNH+1+ORDERS:D:96A:UN'",
  "UNT+1+1'",
  "UNZ+1+1'",
  "UNS+S'",
  '??',
  "?'",
  ' '.repeat(40),
  '1'.repeat(40),
] as const;

export const mutation = fc.record({
  kind: fc.constantFrom('insert' as const, 'delete' as const, 'copy' as const, 'flip' as const, 'exchange' as const),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.integer({ min: 1, max: 120 }),
  piece: fc.constantFrom(...PIECES),
  byte: fc.integer({ min: 0, max: 255 }),
});
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

/** The text with one thing done to it; `exchange` makes one character another throughout: delimiters meet data, and each other. */
export function mutated(text: string, { kind, at, length, piece, byte }: Mutation): string {
  const place = Math.floor(at * text.length);
  const [head, tail] = [text.slice(0, place), text.slice(place)];
  const other = String.fromCharCode(byte);
  switch (kind) {
    case 'insert':
      return head + piece + tail;
    case 'delete':
      return head + tail.slice(length);
    case 'copy':
      return head + tail.slice(0, length) + tail;
    case 'flip':
      return head + String.fromCharCode((tail.charCodeAt(0) || 0) ^ length) + tail.slice(1);
    case 'exchange':
      return text.replaceAll(tail.charAt(0) || '~', other);
  }
}

/** The bytes 3, 82, 104 and 105 of ISA, or 3 to 8 of UNA, are the delimiters: any of them made anything, the rest of the file left as it is. */
export const confusion = fc.record({
  place: fc.constantFrom(3, 4, 5, 6, 7, 8, 82, 104, 105),
  byte: fc.oneof(
    fc.integer({ min: 0, max: 255 }),
    fc.constantFrom(...[..."*~:+'?^ AZ09\n\r"].map((one) => one.charCodeAt(0))),
  ),
});

export const confused = (bytes: Buffer, changes: readonly { place: number; byte: number }[]): Buffer => {
  const copy = Buffer.from(bytes);
  for (const { place, byte } of changes) if (place < copy.length) copy[place] = byte;
  return copy;
};

const acknowledgments = messages.filter(({ name }) => ['997', '999', 'CONTRL'].includes(name));

/** A valid interchange of one to three transactions, before anything is done to it. */
export const generated = fc
  .record({ seed: fc.integer(), which: fc.nat(), count: fc.integer({ min: 1, max: 3 }), isAnswer: fc.boolean() })
  .map(({ seed, which, count, isAnswer }) => {
    const from = isAnswer ? acknowledgments : messages;
    const message = from[which % from.length];
    if (message === undefined) throw new Error('no message');
    const dice = new Dice(seed);
    const made = Array.from({ length: count }, (_none, at) => makeTransaction(message, dice, `000${at + 1}`));
    return interchangeOf(message, made).bytes;
  });
