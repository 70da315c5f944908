import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DraftElement, DraftSegment, OutboundEnvelope, OutboundTransaction } from '../../src/parsers/draft.ts';
import { createReader, parserNamed, rewriteFile } from '../../src/parsers/index.ts';
import type { Segment } from '../../src/parsers/transaction.ts';
import { edifactEnvelope, textOf, x12Envelope } from './envelopes.ts';
import { envelopeFixtures, eventAsData, problemsOf, readChunks, transactionsOf } from './reading.ts';

/** What `rewrite` says it does not keep, by fixture. */
const NOT_KEPT: Record<string, string> = {
  'fixtures/x12/envelope/truncated.edi': 'the segment cut off is dropped',
  'fixtures/x12/envelope/truncated-in-isa.edi': 'the header cut off is dropped',
  'fixtures/x12/envelope/garbage-between.edi': 'bytes outside interchanges are dropped',
  'fixtures/x12/envelope/malformed-isa.edi': 'bytes outside interchanges are dropped',
  'fixtures/x12/envelope/stray-segments.edi': 'segments out of place are dropped',
  'fixtures/x12/envelope/several-interchanges.edi': 'a byte order mark and Ctrl-Z are dropped',
  'fixtures/edifact/envelope/several.edi': 'Ctrl-Z is dropped',
  'fixtures/edifact/envelope/truncated.edi': 'the segment cut off is dropped',
  'fixtures/edifact/envelope/truncated-release.edi': 'the segment cut off is dropped',
  'fixtures/edifact/envelope/explicit-nesting.edi': 'nesting behind the tag is dropped',
  'fixtures/edifact/envelope/una-without-unb.edi': 'bytes outside interchanges are dropped',
};

const withoutBreaks = (text: string) => text.replace(/[\r\n]/g, '');

describe('writing what was read', () => {
  const kept = envelopeFixtures.filter(({ name }) => !(name in NOT_KEPT));

  test.each(kept)('gives back $name but for line breaks', ({ bytes }) =>
    expect(withoutBreaks(textOf(rewriteFile([bytes])))).toBe(withoutBreaks(bytes.toString('latin1'))),
  );

  test.each(envelopeFixtures.filter(({ name }) => name in NOT_KEPT))(
    'gives less than $name, and says so',
    ({ bytes }) =>
      expect(withoutBreaks(textOf(rewriteFile([bytes])))).not.toBe(withoutBreaks(bytes.toString('latin1'))),
  );
});

// Bytes that may be delimiters: neither letters, digits, blanks nor line breaks.
const delimiterBytes = fc.uniqueArray(
  fc.constantFrom(
    ...[...'!"#%&()*+,-./:;<=>?@[]^_`{|}~\''].map((one) => one.charCodeAt(0)),
    0x1c,
    0x1d,
    0x1e,
    0x1f,
    0xa6,
  ),
  { minLength: 5, maxLength: 5 },
);
const latin1 = fc.string({
  unit: fc
    .integer({ min: 0x20, max: 0xff })
    // 80 to BF would rarely be UTF-8 or Windows-1252 with what stands beside them, and then be read as that: character-sets.test.ts.
    .filter((code) => code < 0x7f || code > 0xbf)
    .map((code) => String.fromCharCode(code)),
  maxLength: 20,
});
const element: fc.Arbitrary<DraftElement> = fc.oneof(
  { weight: 4, arbitrary: latin1 },
  { weight: 1, arbitrary: fc.array(latin1, { maxLength: 4 }) },
  {
    weight: 1,
    arbitrary: fc.record({
      repetitions: fc.array(fc.oneof(latin1, fc.array(latin1, { maxLength: 3 })), { maxLength: 3 }),
    }),
  },
);
const segment: fc.Arbitrary<DraftSegment> = fc.record({
  tag: fc
    .stringMatching(/^[A-Z][A-Z0-9]{1,2}$/)
    .filter((tag) => !/^(?:ISA|GS|ST|SE|GE|IEA|BIN|BDS|UN[A-Z])$/.test(tag)),
  elements: fc.array(element, { maxLength: 8 }),
});

/** One interchange to write: delimiters, line ends, data, and where the bytes are cut when read. */
const scenario = (base: OutboundEnvelope) =>
  fc
    .record({
      bytes: delimiterBytes,
      suffix: fc.constantFrom('' as const, '\n' as const, '\r\n' as const),
      sets: fc.array(fc.array(segment, { maxLength: 5 }), { minLength: 1, maxLength: 4 }),
      cuts: fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 12 }),
      group: fc.boolean(),
    })
    .map(({ bytes, suffix, sets, cuts, group }) => {
      const [elementByte = 0, component = 0, repetition = 0, release = 0, terminator = 0] = bytes;
      const delimiters = { element: elementByte, component, repetition, terminator, decimalMark: 0x2e };
      const isX12 = base.syntax === 'x12';
      const envelope: OutboundEnvelope = {
        ...base,
        version: isX12 ? '00501' : 'UNOC:4',
        segmentSuffix: suffix,
        onDelimiterInData: { replaceWith: ' ' },
        delimiters: { ...delimiters, release: isX12 ? null : release },
        group:
          isX12 || group
            ? (base.group ?? {
                functionalId: 'ORDRSP',
                sender: 'A',
                receiver: 'B',
                controlNumber: '1',
                version: 'D96A',
              })
            : null,
      };
      const transactions = sets.map(
        (segments, index): OutboundTransaction => ({
          controlNumber: String(index + 1).padStart(4, '0'),
          draft: {
            syntax: base.syntax,
            message: isX12 ? '855' : 'ORDRSP',
            version: isX12 ? '005010' : 'D96A',
            association: null,
            segments,
          },
        }),
      );
      return { envelope, transactions, cuts };
    });

function cut(bytes: Uint8Array, sizes: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** The element as a draft's writer would leave it: replaced where the syntax cannot release, empties at the ends gone. */
function expected(one: DraftElement, clean: (text: string) => string): string[][] {
  const repetitions =
    typeof one === 'string'
      ? [[one]]
      : 'repetitions' in one
        ? one.repetitions.map((r) => (typeof r === 'string' ? [r] : [...r]))
        : [[...one]];
  const trimmed = repetitions.map((components) => withoutTrailing(components.map(clean), (text) => text === ''));
  return withoutTrailing(trimmed, (components) => components.length === 0);
}

function withoutTrailing<T>(list: T[], isEmpty: (one: T) => boolean): T[] {
  let end = list.length;
  while (end > 0 && isEmpty(list[end - 1] as T)) end--;
  return list.slice(0, end);
}

const valuesOf = (one: Segment) => {
  const elements: string[][][] = [];
  for (let e = 1; e <= one.elementCount; e++) {
    const repetitions: string[][] = [];
    for (let r = 1; r <= one.repetitionCount(e); r++) {
      repetitions.push(Array.from({ length: one.componentCount(e, r) }, (_none, c) => one.value(e, c + 1, r)));
    }
    elements.push(repetitions);
  }
  return elements;
};

describe.each([x12Envelope, edifactEnvelope])('$syntax, any delimiters, any data, any cuts', (base) => {
  test('what was written is read back, and rewriting it gives the same bytes', () =>
    fc.assert(
      fc.property(scenario(base), ({ envelope, transactions, cuts }) => {
        const bytes = Buffer.concat([...parserNamed(base.syntax).writeInterchange(envelope, transactions)]);
        const events = readChunks(cut(bytes, cuts), createReader());
        expect(problemsOf(events)).toEqual([]);
        const { element: e, component, repetition, release, terminator } = envelope.delimiters;
        const replaced = new Set(release === null ? [e, component, repetition, terminator] : []);
        const clean = (text: string) =>
          Array.from(text, (one) => (replaced.has(one.charCodeAt(0)) ? ' ' : one)).join('');
        const read = transactionsOf(events).map(({ segments }) =>
          segments.slice(1, -1).map((one) => [one.tag, valuesOf(one)]),
        );
        const written = transactions.map(({ draft }) =>
          [...draft.segments].map(({ tag, elements }) => [
            tag,
            withoutTrailing(
              elements.map((one) => expected(one, clean)),
              (one) => one.length === 0,
            ),
          ]),
        );
        expect(withoutEmptyRepetitions(read)).toEqual(withoutEmptyRepetitions(written));
        expect(textOf(rewriteFile(cut(bytes, cuts)))).toBe(
          envelope.segmentSuffix === '' ? bytes.toString('latin1') : bytes.toString('latin1').replace(/[\r\n]/g, ''),
        );
        expect(readChunks([bytes]).map(eventAsData)).toEqual(events.map(eventAsData));
      }),
      { numRuns: 200 },
    ));
});

/** An empty repetition or component list reads as one empty value between two separators. */
const withoutEmptyRepetitions = (value: unknown) =>
  JSON.parse(
    JSON.stringify(value, (_key, one) => (Array.isArray(one) && one.length === 1 && one[0] === '' ? [] : one)),
  );
