import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CodecSpec } from '../../src/mappers/codecs/codec.ts';
import { agreementValue, compileCodecs } from '../../src/mappers/codecs/compile.ts';
import { checkDigitOf, ssccOf } from '../../src/mappers/codecs/sscc.ts';
import { dateOf, dateText, impliedDecimal, plainDecimal, withoutPoint } from '../../src/mappers/wire-type.ts';

const world = (agreement = {}) => ({ agreement, holds: () => true });
const codec = (...specs: CodecSpec[]) => compileCodecs(specs);
const plain = (kind: 'trim' | 'date' | 'date-time' | 'edifact-date' | 'percent-or-fraction') => codec({ kind });

describe('codecs', () => {
  test.each([
    ['trim', codec({ kind: 'trim' }), ['  A B '], 'A B'],
    ['strip', codec({ kind: 'strip', character: '0', width: 5 }), ['00042'], '42'],
    ['strip keeps a zero', codec({ kind: 'strip', character: '0', width: 5 }), ['00000'], '0'],
    ['prefix', codec({ kind: 'prefix', text: 'V' }), ['42'], 'V42'],
    [
      'chain',
      codec({ kind: 'trim' }, { kind: 'strip', character: '0', width: 4 }, { kind: 'prefix', text: 'S-' }),
      [' 0042'],
      'S-42',
    ],
    ['date', plain('date'), ['20261122'], '2026-11-22'],
    ['date of six', plain('date'), ['991231'], '1999-12-31'],
    ['date-time', plain('date-time'), ['20261122', '1345'], '2026-11-22T13:45'],
    ['date-time with hundredths', plain('date-time'), ['20261122', '13453099'], '2026-11-22T13:45:30.99'],
    ['percent', plain('percent-or-fraction'), ['8.25'], '8.25'],
    ['fraction', plain('percent-or-fraction'), ['.0825'], '8.25'],
    ['sscc', codec({ kind: 'sscc', withIdentifier: false }), ['00006141410000010349'], '006141410000010349'],
    ['sign', codec({ kind: 'sign', agreement: 'adx', when: null }), ['-1.50'], '-1.50'],
  ])('%s', (_name, one, parts, value) => expect(one.decode(parts, world())).toBe(value));

  test.each([
    ['a day that is none', plain('date'), ['20260230']],
    ['an hour that is none', plain('date-time'), ['20261122', '2560']],
    ['a wrong check digit', codec({ kind: 'sscc', withIdentifier: false }), ['006141410000010340']],
    ['no number', plain('percent-or-fraction'), ['8,25']],
    ['an unknown format', plain('edifact-date'), ['20261122', '999']],
    ['a date of another length', plain('edifact-date'), ['2026112', '102']],
    ['nothing but blanks', codec({ kind: 'trim' }), ['   ']],
  ])('%s is refused', (_name, one, parts) => expect(one.decode(parts, world())).toBeUndefined());

  test('sign turns only when the agreement says so', () => {
    const sign = codec({ kind: 'sign', agreement: 'adx', when: null });
    expect(sign.decode(['5.00'], world({ adx: 'negate' }))).toBe('-5.00');
    expect(sign.encode('-5.00', world({ adx: 'negate' }), [18])).toEqual(['5.00']);
    expect(sign.decode(['0.00'], world({ adx: 'negate' }))).toBe('0.00');
  });

  const lengths = {
    trim: [30],
    date: [8],
    'date-time': [8, 8, 2],
    'edifact-date': [35, 3],
    'percent-or-fraction': [10],
  };
  test.each(['trim', 'date', 'date-time', 'edifact-date', 'percent-or-fraction'] as const)(
    '%s: what is written reads back the same, or is refused',
    (kind) => {
      const one = plain(kind);
      const period = fc.record({
        from: fc.constantFrom('2026-01-01', '2024-02-29'),
        to: fc.constantFrom('2026-12-31', '2026-01-04'),
      });
      const days = fc
        .tuple(fc.integer({ min: 1970, max: 2069 }), fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 31 }))
        .map(([y, m, d]) => `${y}-${String(m).padStart(2, '0')}-${String(d).padStart(2, '0')}`);
      const zone = fc.constantFrom('', 'Z', '+05:00', '-11:00', '+05:30');
      const moments = fc
        .tuple(days, fc.constantFrom('T00:00', 'T23:59', 'T08:30:15', 'T08:30:15.5'), zone)
        .map((parts) => parts.join(''));
      const decimals = fc
        .tuple(fc.integer({ min: -999, max: 999 }), fc.integer({ min: 0, max: 99 }))
        .map(([whole, rest]) => `${whole}.${String(rest).padStart(2, '0')}`);
      fc.assert(
        fc.property(fc.oneof(days, moments, period, decimals, fc.string({ maxLength: 12 })), (value) => {
          const parts = one.encode(value, world(), lengths[kind]);
          // A decimal may come back in another form of the same number; all else comes back as it was, or was refused.
          if (parts === undefined || kind === 'percent-or-fraction') return;
          const back = one.decode(parts, world());
          if (back !== undefined && JSON.stringify(back) !== JSON.stringify(value))
            throw new Error(`${JSON.stringify(value)} → ${parts.join(' ')} → ${JSON.stringify(back)}`);
        }),
      );
    },
  );
});

describe('types of the tables', () => {
  test.each([
    ['147360', 2, '1473.60'],
    ['5', 2, '0.05'],
    ['-5', 2, '-0.05'],
    ['0100', 2, '1.00'],
    ['0', 2, '0.00'],
    ['12', 0, '12'],
  ])('N%#: %s with %i places is %s', (text, places, value) => {
    expect(impliedDecimal(text, places)).toBe(value);
    expect(impliedDecimal(withoutPoint(value, places) ?? '', places)).toBe(value);
  });
  test.each(['1.5', '', '-', 'A', '+5', '1e3', '--1'])('no N2: %s', (text) =>
    expect(impliedDecimal(text, 2)).toBeUndefined(),
  );
  test.each([
    ['1.005', 2],
    ['x', 2],
  ])('%s does not go into an N%i', (value, places) => expect(withoutPoint(value, places)).toBeUndefined());
  test('more zeros than places are no loss', () => expect(withoutPoint('1.50000', 2)).toBe('150'));
  test.each([
    ['.5', '0.5'],
    ['1.', '1'],
    ['-.5', '-0.5'],
    ['1.50', '1.50'],
    ['007', '007'],
    ['-0', '-0'],
  ])('R: %s is %s', (text, value) => expect(plainDecimal(text)).toBe(value));
  test.each(['', '.', '-', '1,5', '1 000', '1e3', '+1', 'NaN'])('no R: %s', (text) =>
    expect(plainDecimal(text)).toBeUndefined(),
  );
  test('every N2 there is comes back', () =>
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }),
        (cents) => withoutPoint(impliedDecimal(String(cents), 2) ?? '', 2) === String(cents),
      ),
    ));
  test.each([
    ['20240229', '2024-02-29'],
    ['20230229', undefined],
    ['20261301', undefined],
    ['700101', '1970-01-01'],
    ['691231', '2069-12-31'],
    ['2026112', undefined],
    ['2026-1-2', undefined],
  ])('DT: %s is %s', (text, date) => expect(dateOf(text)).toBe(date));
  test('a six-digit date says only its own century', () =>
    expect([dateText('2026-11-22', 6), dateText('1969-12-31', 6)]).toEqual(['261122', undefined]));
});

describe('SSCC', () => {
  test('check digits', () => expect(checkDigitOf('00614141000001034')).toBe('9'));
  test.each([
    ['006141410000010349', '006141410000010349'],
    ['(00)006141410000010349', '006141410000010349'],
    ['00006141410000010349', '006141410000010349'],
    ['06141410000010349', undefined],
    ['x', undefined],
  ])('%s is %s', (text, sscc) => expect(ssccOf(text)).toBe(sscc));
});

test('values of the agreement are found by path, a flat name first', () => {
  const values = { currency: 'USD', shipNotice: { shape: '0001' }, 'a.b': 'flat', a: { b: 'deep' } };
  expect(
    ['currency', 'shipNotice.shape', 'a.b', 'shipNotice.none', 'constructor', 'shipNotice.__proto__'].map((name) =>
      agreementValue(values, name),
    ),
  ).toEqual(['USD', '0001', 'flat', undefined, undefined, undefined]);
});
