import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Verdict } from '../../src/core/problem.ts';
import type { InterchangeVerdict, TransactionVerdict } from '../../src/parsers/acknowledgment.ts';
import { type ContrlPart, writeContrl } from '../../src/parsers/edifact/acknowledge.ts';
import { readContrl } from '../../src/parsers/edifact/read-acknowledgment.ts';
import { writeEdifact } from '../../src/parsers/edifact/write.ts';
import { write999 } from '../../src/parsers/x12/acknowledge.ts';
import { readFunctional } from '../../src/parsers/x12/read-acknowledgment.ts';
import { writeX12 } from '../../src/parsers/x12/write.ts';
import { edifactEnvelope, textOf, x12Envelope } from './envelopes.ts';
import { problemsOf, readText, transactionsOf } from './reading.ts';

/* Acknowledgments as they come out of a generator: what is written is read back, and whatever is read, nothing is thrown. */

const text = (maxLength: number) =>
  fc.stringMatching(new RegExp(`^[A-Z0-9?+:' ]{0,${maxLength - 1}}[A-Z0-9]$`)).map((value) => value.trimStart() || 'A');
const plain = (maxLength: number) => fc.stringMatching(new RegExp(`^[A-Z0-9]{1,${maxLength}}$`));
const verdict = fc.constantFrom<Verdict>('accepted', 'rejected');

const elementNote = fc.record({
  element: fc.integer({ min: 1, max: 90 }),
  component: fc.option(fc.integer({ min: 1, max: 9 }), { nil: null }),
  repetition: fc.constant(null),
  dataElement: fc.constant(null),
  code: fc.constantFrom('12', '13', '37', '39'),
  found: fc.constant(null),
});
const segmentNotes = fc.uniqueArray(fc.integer({ min: 1, max: 5_000 }), { maxLength: 5 }).chain((numbers) =>
  fc.tuple(
    ...numbers.map((segmentNumber) =>
      fc.record({
        tag: fc.constant(''),
        segmentNumber: fc.constant(segmentNumber),
        loop: fc.constant(null),
        codes: fc.uniqueArray(fc.constantFrom('13', '15', '35', '36'), { maxLength: 3 }),
        elements: fc.array(elementNote, { maxLength: 4 }),
      }),
    ),
  ),
);
const message: fc.Arbitrary<TransactionVerdict> = fc.record({
  message: plain(6),
  controlNumber: text(14),
  reference: fc.tuple(plain(3), plain(3), plain(2), plain(6)).map((parts) => parts.join(':')),
  verdict,
  codes: fc.constant([]),
  segments: segmentNotes,
});

const uci: InterchangeVerdict = {
  syntax: 'edifact',
  sender: { qualifier: '14', id: '5412345000013', routing: ["D'?", ''] },
  receiver: { qualifier: null, id: 'BUYER' },
  controlNumber: "R?'+1",
  date: '',
  time: '',
  verdict: 'accepted',
  code: '',
};

describe('any CONTRL', () => {
  test('says what was said, and is read without a problem', () =>
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), (messages) => {
        const parts = messages.map((one): ContrlPart => ({ kind: 'message', message: one }));
        const draft = writeContrl(uci, parts, { syntax: '3', acceptedMessages: 'listed' });
        const written = textOf(
          writeEdifact({ ...edifactEnvelope, version: 'UNOC:3' }, [{ draft, controlNumber: '1' }]),
        );
        const events = readText(written);
        expect(problemsOf(events)).toEqual([]);
        const [transaction] = transactionsOf(events);
        const read = transaction && readContrl(transaction);
        const told = messages.map((one) => (one.verdict === 'rejected' ? one : { ...one, segments: [] }));
        expect(read?.interchange).toEqual(uci);
        expect(read?.transactions).toEqual(told);
      }),
      { numRuns: 200 },
    ));

  test('bounds what a hostile message can make it say', () => {
    const segments = Array.from({ length: 5_000 }, (_, index) => ({
      ...{ tag: '', segmentNumber: index + 1, loop: null, codes: ['15'] },
      elements: Array.from({ length: 200 }, () => ({
        ...{ element: 5_000, component: 5_000, repetition: null, dataElement: null, code: '12', found: null },
      })),
    }));
    const rejected: TransactionVerdict = {
      message: 'ORDERS',
      controlNumber: '1',
      reference: 'D:96A:UN',
      verdict: 'rejected',
      codes: [],
      segments,
    };
    const tags = [...writeContrl(uci, [{ kind: 'message', message: rejected }], { syntax: '3' }).segments].map(
      ({ tag }) => tag,
    );
    expect(tags.filter((tag) => tag === 'UCS')).toHaveLength(999);
    expect(tags.filter((tag) => tag === 'UCD')).toHaveLength(999 * 99);
  });
});

/** Segments that belong into acknowledgments, in any order and with anything in them. */
const tags = [
  'UCI',
  'UCF',
  'UCM',
  'UCS',
  'UCD',
  'AK1',
  'AK2',
  'AK3',
  'AK4',
  'AK5',
  'IK3',
  'IK4',
  'IK5',
  'CTX',
  'AK9',
  'XYZ',
];
const anySegment = (separator: string, component: string) =>
  fc
    .tuple(
      fc.constantFrom(...tags),
      fc.array(fc.array(fc.stringMatching(/^[A-Z0-9 -]{0,9}$/), { maxLength: 4 }), { maxLength: 8 }),
    )
    .map(([tag, elements]) => [tag, ...elements.map((parts) => parts.join(component))].join(separator));

describe('whatever an acknowledgment holds', () => {
  test('a CONTRL is read, or is none', () =>
    fc.assert(
      fc.property(fc.array(anySegment('+', ':'), { maxLength: 40 }), (segments) => {
        const body = segments.map((one) => `${one}'`).join('');
        const bytes = `UNB+UNOC:3+A+B+261122:0915+1'UNH+1+CONTRL:D:3:UN'${body}UNT+${segments.length + 2}+1'UNZ+1+1'`;
        for (const transaction of transactionsOf(readText(bytes))) {
          const read = readContrl(transaction);
          expect(read === null).toBe(!segments.some((segment) => segment.startsWith('UCI')));
        }
      }),
      { numRuns: 300 },
    ));

  test('so is a 997 or 999', () =>
    fc.assert(
      fc.property(fc.constantFrom('997', '999'), fc.array(anySegment('*', '>'), { maxLength: 40 }), (set, segments) => {
        const envelope = { ...x12Envelope, group: { ...(x12Envelope.group ?? raise()), functionalId: 'FA' } };
        const draft = { syntax: 'x12', message: set, version: '004010', association: null, segments: [] } as const;
        const frame = textOf(writeX12(envelope, [{ draft, controlNumber: '0001' }]));
        const body = segments.map((one) => `${one}~`).join('');
        const bytes = frame.replace('SE*2*', `${body}SE*${segments.length + 2}*`);
        for (const transaction of transactionsOf(readText(bytes))) readFunctional(transaction);
      }),
      { numRuns: 300 },
    ));
});

const raise = (): never => {
  throw new Error('the envelope has no group');
};

test('a 999 cleans what it repeats of every delimiter of its own interchange', () =>
  fc.assert(
    fc.property(fc.string({ maxLength: 120 }), (found) => {
      const note = { element: 1, component: null, repetition: null, dataElement: '98', code: '7', found };
      const set: TransactionVerdict = {
        ...{ message: '850', controlNumber: '0001', reference: null, verdict: 'rejected', codes: ['5'] },
        segments: [{ tag: 'N1', segmentNumber: 4, loop: 'N1', codes: ['8'], elements: [note] }],
      };
      const group = {
        ...{ functionalId: 'PO', controlNumber: '1', version: '005010', verdict: 'rejected' as const, codes: [] },
        ...{ included: 1, received: 1, accepted: 0 },
      };
      const { delimiters } = x12Envelope;
      const envelope = { ...x12Envelope, version: '00501', acknowledgmentRequested: false };
      const draft = write999(group, [set], { delimiters });
      const events = readText(textOf(writeX12(envelope, [{ draft, controlNumber: '0001' }])));
      const [transaction] = transactionsOf(events);
      expect(transaction?.segments.map(({ tag }) => tag)).toEqual([
        'ST',
        'AK1',
        'AK2',
        'IK3',
        'IK4',
        'IK5',
        'AK9',
        'SE',
      ]);
    }),
    { numRuns: 300 },
  ));
