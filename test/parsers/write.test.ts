import { describe, expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import type { DraftSegment, OutboundEnvelope, OutboundTransaction, WrittenSegment } from '../../src/parsers/draft.ts';
import { parserNamed } from '../../src/parsers/index.ts';
import { edifactEnvelope, textOf, x12Envelope } from './envelopes.ts';
import { problemsOf, readText } from './reading.ts';

const draft = (
  envelope: OutboundEnvelope,
  segments: Iterable<DraftSegment>,
  controlNumber = '0007',
): OutboundTransaction => ({
  controlNumber,
  draft:
    envelope.syntax === 'x12'
      ? { syntax: 'x12', message: '855', version: '004010', association: null, segments }
      : { syntax: 'edifact', message: 'ORDRSP', version: 'D96A', association: 'EAN005', segments },
});

const write = (envelope: OutboundEnvelope, ...segments: DraftSegment[]) =>
  textOf(parserNamed(envelope.syntax).writeInterchange(envelope, [draft(envelope, segments)]));

const failureOf = (act: () => unknown) => {
  try {
    act();
  } catch (thrown) {
    if (thrown instanceof FailureError) return { kind: thrown.kind, message: thrown.message };
    throw thrown;
  }
  return null;
};

describe('X12', () => {
  test('counts, references, widths and padding are the writer’s', () =>
    expect(
      write({ ...x12Envelope, segmentSuffix: '\n' }, { tag: 'BAK', elements: ['00', 'AD', 'PO1', '', '20261122', ''] }),
    ).toBe(`ISA*00*          *00*          *ZZ*TALLYPORT      *01*123456789      *261122*1345*U*00401*000000042*1*P*>~
GS*PR*TALLYPORT*BUYER*20261122*1345*17*X*004010VICS~
ST*855*0007~
BAK*00*AD*PO1**20261122~
SE*3*0007~
GE*1*17~
IEA*1*000000042~
`));

  test('ISA11 is the repetition separator from 00402 on, and a set name travels in ST03 from 005010 on', () => {
    const envelope = { ...x12Envelope, version: '00501', usage: 'test' as const, acknowledgmentRequested: false };
    const set = { ...draft(envelope, []).draft, version: '005010', association: '005010X1' };
    const text = textOf(parserNamed('x12').writeInterchange(envelope, [{ controlNumber: '0007', draft: set }]));
    expect(text.slice(82, 106)).toBe('^*00501*000000042*0*T*>~');
    expect(text).toContain('~ST*855*0007*005010X1~SE*2*0007~');
  });

  test('before 004010 GS04 has no century', () => {
    const group = { functionalId: 'PR', sender: 'A1', receiver: 'B1', controlNumber: '17', version: '003060' };
    expect(write({ ...x12Envelope, version: '00306', group }, { tag: 'BAK', elements: ['00'] })).toContain(
      '~GS*PR*A1*B1*261122*',
    );
  });

  test('trailing empties go, inner ones stay', () =>
    expect(
      write(
        { ...x12Envelope, version: '00501' },
        { tag: 'REF', elements: ['', ['', 'B', ''], { repetitions: ['A', ['', 'C'], ''] }, [''], { repetitions: [] }] },
        { tag: 'SAC', elements: ['', ''] },
      ),
    ).toContain('~REF**>B*A^>C~SAC~SE*4*0007~'));

  test('binary data may hold delimiters, under its own length only', () => {
    const text = write(x12Envelope, { tag: 'BIN', elements: ['5', 'a*~\n\x00'] });
    expect(text).toContain('~BIN*5*a*~\n\x00~');
    expect(problemsOf(readText(text))).toEqual(
      [expect.objectContaining({ code: 'transaction/not-in-group' })].slice(1),
    );
    expect(failureOf(() => write(x12Envelope, { tag: 'BIN', elements: ['4', 'a*~\n\x00'] }))?.kind).toBe(
      'document-unwritable',
    );
  });

  test.each`
    what                     | element                        | message
    ${'element separator'}   | ${'A*B'}                       | ${'Segment 2 (N1), element 2, of transaction 0007 holds the delimiter "*".'}
    ${'terminator'}          | ${'A~SE*1*0007'}               | ${'Segment 2 (N1), element 2, of transaction 0007 holds the delimiter "~".'}
    ${'component'}           | ${'A>B'}                       | ${'Segment 2 (N1), element 2, of transaction 0007 holds the delimiter ">".'}
    ${'inside a composite'}  | ${['A', 'B*']}                 | ${'Segment 2 (N1), element 2, of transaction 0007 holds the delimiter "*".'}
    ${'line break'}          | ${'A\nB'}                      | ${'Segment 2 (N1), element 2, of transaction 0007 holds control character 10.'}
    ${'not Latin-1'}         | ${'10 €'}                      | ${'Segment 2 (N1), element 2, of transaction 0007 holds the character "€", which ISO 8859-1 has not.'}
    ${'beyond the BMP'}      | ${'😀'}                        | ${'Segment 2 (N1), element 2, of transaction 0007 holds the character "😀", which ISO 8859-1 has not.'}
    ${'repetition in 00401'} | ${{ repetitions: ['A', 'B'] }} | ${'Segment 2 (N1), element 2, of transaction 0007 holds a repetition, which this syntax version does not have.'}
  `('$what in data is refused by name', ({ element, message }) =>
    expect(failureOf(() => write(x12Envelope, { tag: 'N1', elements: ['ST', element] }))).toEqual({
      kind: 'document-unwritable',
      message,
    }),
  );

  test('or replaced, when the agreement says so', () => {
    const envelope = { ...x12Envelope, onDelimiterInData: { replaceWith: ' ' } };
    const text = write(envelope, { tag: 'N1', elements: ['ST', 'A*B~C\nD>E^F'] });
    expect(text).toContain('~N1*ST*A B C D E^F~');
  });

  test.each`
    what                         | change                                                            | message
    ${'a replacement that cuts'} | ${{ onDelimiterInData: { replaceWith: '*' } }}                    | ${/replacement "\*" is itself a delimiter/}
    ${'delimiters that clash'}   | ${{ delimiters: { ...x12Envelope.delimiters, component: 0x2a } }} | ${/cannot be told apart/}
    ${'a letter as delimiter'}   | ${{ delimiters: { ...x12Envelope.delimiters, component: 0x41 } }} | ${/cannot be told apart/}
    ${'an id too long'}          | ${{ sender: { qualifier: 'ZZ', id: 'A'.repeat(16) } }}            | ${/ISA06 .* is longer than 15/}
    ${'a number too long'}       | ${{ interchangeControlNumber: '1234567890' }}                     | ${/control number "1234567890" is no number/}
    ${'no group'}                | ${{ group: null }}                                                | ${/no transactions outside a functional group/}
    ${'no date'}                 | ${{ date: '2026-11-22' }}                                         | ${/is not YYYYMMDD/}
  `('$what is a matter of configuration', ({ change, message }) => {
    const failure = failureOf(() => write({ ...x12Envelope, ...change }, { tag: 'BAK', elements: ['00'] }));
    expect(failure).toEqual({ kind: 'config-invalid', message: expect.stringMatching(message) });
  });

  test('a delimiter in an identity is refused by its ISA element', () => {
    const envelope = { ...x12Envelope, sender: { qualifier: 'ZZ', id: 'A*B' } };
    expect(failureOf(() => write(envelope))?.message).toBe('ISA, element 6, holds the delimiter "*".');
  });
});

describe('EDIFACT', () => {
  test('releases what must be, and needs no UNA for the usual delimiters', () =>
    expect(write(edifactEnvelope, { tag: 'FTX', elements: ['AAI', '', '', ["It's 10+5?", 'A:B*C', '']] })).toBe(
      "UNB+UNOC:3+5412345000013:14+BUYER+261122:1345+REF42++++1'" +
        "UNH+0007+ORDRSP:D:96A:UN:EAN005'FTX+AAI+++It?'s 10?+5??:A?:B*C'UNT+3+0007'UNZ+1+REF42'",
    ));

  test('writes UNA when anything differs, a group when there is one, and repeats in syntax 4', () => {
    const delimiters = { ...edifactEnvelope.delimiters, decimalMark: 0x2c };
    const group = { functionalId: 'ORDRSP', sender: 'A', receiver: 'B', controlNumber: 'G1', version: 'D96A' };
    const envelope = { ...edifactEnvelope, delimiters, group, version: 'UNOC:4', usage: 'test' as const };
    expect(
      write({ ...envelope, segmentSuffix: '\r\n' }, { tag: 'PIA', elements: [{ repetitions: ['A*', ['B', 'C']] }] }),
    ).toBe(
      [
        "UNA:+,?*'",
        "UNB+UNOC:4+5412345000013:14+BUYER+20261122:1345+REF42++++1++1'",
        "UNG+ORDRSP+A+B+20261122:1345+G1+UN+D:96A'",
        "UNH+0007+ORDRSP:D:96A:UN:EAN005'",
        "PIA+A?**B:C'",
        "UNT+3+0007'",
        "UNE+1+G1'",
        "UNZ+1+REF42'",
        '',
      ].join('\r\n'),
    );
  });

  test('refuses line breaks, and delimiters when nothing can be released', () => {
    const text = (value: string) => ({ tag: 'FTX', elements: [value] });
    expect(failureOf(() => write(edifactEnvelope, text('A\r\nB')))?.message).toContain('control character 13');
    const envelope = { ...edifactEnvelope, delimiters: { ...edifactEnvelope.delimiters, release: null } };
    expect(failureOf(() => write(envelope, text('A+B')))?.message).toContain('the delimiter "+"');
    expect(write(envelope, text('A?B'))).toMatch(/^UNA:\+\. {2}'/);
  });
});

describe.each([x12Envelope, edifactEnvelope])('$syntax writer', (envelope) => {
  const many = function* (count: number): Generator<OutboundTransaction> {
    for (let index = 1; index <= count; index++) {
      const segments = [{ tag: 'REF', elements: ['ZZ', 'X'.repeat(60)] }];
      yield draft(envelope, segments, String(index).padStart(4, '0'));
    }
  };

  test('streams in chunks and our reader accepts the whole', () => {
    const chunks = [...parserNamed(envelope.syntax).writeInterchange(envelope, many(3000))];
    expect(chunks.length).toBeGreaterThan(3);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(80_000);
    expect(problemsOf(readText(textOf(chunks)))).toEqual([]);
  });

  test('tells where each segment stands', () => {
    const places: WrittenSegment[] = [];
    const onSegment = (place: WrittenSegment) => places.push(place);
    const text = textOf(parserNamed(envelope.syntax).writeInterchange(envelope, many(2000), { onSegment }));
    expect(places).toHaveLength(6000);
    for (const { tag, byteOffset } of places) expect(text.slice(byteOffset, byteOffset + tag.length)).toBe(tag);
    expect(places.slice(3, 6).map(({ controlNumber, segmentNumber }) => [controlNumber, segmentNumber])).toEqual([
      ['0002', 1],
      ['0002', 2],
      ['0002', 3],
    ]);
  });

  test('a value longer than a chunk survives', () => {
    const long = 'A?'.repeat(100_000);
    const text = write(envelope, { tag: 'MSG', elements: [long] });
    const [, , event] = readText(text);
    expect(event?.kind === 'transaction' && event.transaction.segments[1]?.value(1)).toBe(long);
  });
});
