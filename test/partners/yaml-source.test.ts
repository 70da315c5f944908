import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { describeFault } from '../../src/partners/fault.ts';
import { parseConfiguration } from '../../src/partners/parse-configuration.ts';
import { readYaml } from '../../src/partners/yaml-source.ts';

const read = (text: string) => readYaml({ path: 'file.yaml', text });
const faults = (text: string) => read(text).faults.map(describeFault);

describe('values', () => {
  test.each([
    ['004010', '004010'],
    ['4010', 4010],
    ['-3', -3],
    ['1.50', '1.50'],
    ['1.5', '1.5'],
    ['1e3', '1e3'],
    ['0x1F', '0x1F'],
    ['+1', '+1'],
    ['.inf', '.inf'],
    ['12345678901234567890', '12345678901234567890'],
    ['9007199254740993', '9007199254740993'],
    ['NO', 'NO'],
    ['true', true],
    ['2026-11-22', '2026-11-22'],
    ['12:30:00', '12:30:00'],
    ['', null],
    ['~', null],
    ['"850"', '850'],
  ])('%s is %j', (text, value) => expect(read(`key: ${text}`).value).toEqual({ key: value }));

  test('an alias is what it names, also twice', () =>
    expect(read('a: &x { v: 004010 }\nb: *x\nc: [*x]').value).toEqual({
      a: { v: '004010' },
      b: { v: '004010' },
      c: [{ v: '004010' }],
    }));
});

describe('what is bounded', () => {
  test('a billion laughs stop after some thousand', () => {
    const lines = Array.from(
      'bcdefghij',
      (name, index) => `${name}: &${name} [${Array(10).fill(`*${'abcdefghi'[index]}`)}]`,
    );
    expect(faults(['a: &a [x, x, x, x, x, x, x, x, x, x]', ...lines].join('\n'))).toEqual([
      expect.stringMatching(/expands more than 1000 aliases\.$/),
    ]);
  });
  test('values', () =>
    expect(faults(`a: [${'1, '.repeat(60_000)}]`)).toEqual([
      expect.stringMatching(/expands to more than 50000 values\.$/),
    ]));
  test('an alias of itself', () =>
    expect(faults('a: &a [*a]')).toEqual([expect.stringMatching(/nests deeper than 20\.$/)]));
  test('depth', () =>
    expect(faults(`a: ${'['.repeat(30)}${']'.repeat(30)}`)).toEqual([
      expect.stringMatching(/nests deeper than 20\.$/),
    ]));
  test('depth beyond any stack', () => expect(faults('['.repeat(100_000))).not.toEqual([]));
  test('length', () =>
    expect(faults(`a: ${'x'.repeat(1_100_000)}`)).toEqual([
      'file.yaml:1:1 The file has 1100003 characters; 1048576 are the most.',
    ]));
});

test.each([
  ['two documents', 'a: 1\n---\nb: 2', 'file.yaml:2:1 '],
  ['a tag', 'a: !!js/function x', 'file.yaml:1:4 '],
  ['an unknown alias', 'a: *b', 'file.yaml:1:4 '],
  ['a tab', 'a:\n\tb: 1', 'file.yaml:2:1 '],
  ['a key that is a list', '[a]: 1', 'file.yaml:1:1 '],
  ['__proto__', '__proto__: { x: 1 }', 'file.yaml:1:1 '],
])('%s is told where it stands', (_what, text, place) =>
  expect(faults(text)).toEqual([expect.stringContaining(place)]),
);

test('a merge key is a key like any other: defaults do its work', () =>
  expect(read('a: &x { v: 1 }\nb: { <<: *x }').value).toEqual({ a: { v: 1 }, b: { '<<': { v: 1 } } }));

test('no text throws, in any file', () =>
  fc.assert(
    fc.property(
      fc.constantFrom(
        'company/company.yaml',
        'company/items.yaml',
        'partners/a/partner.yaml',
        'partners/a/channels.yaml',
        'partners/a/agreements.yaml',
      ),
      fc.oneof(
        fc.string(),
        fc.json(),
        fc
          .array(
            fc.constantFrom(
              'agreements:',
              '\n',
              '  ',
              '- ',
              'receive: ',
              '850',
              '&a ',
              '*a',
              '[',
              '{',
              '}',
              ']',
              ',',
              ': ',
              'channels:',
              '"',
              "'",
              '|',
              '? ',
              '!!str ',
              'kind: http',
            ),
          )
          .map((pieces) => pieces.join('')),
      ),
      (path, text) => {
        for (const fault of parseConfiguration([{ path, text }]).faults) {
          expect(fault.line).toBeGreaterThan(0);
          expect(fault.column).toBeGreaterThan(0);
          expect(describeFault(fault)).not.toMatch(/undefined|\[object/);
        }
      },
    ),
    { numRuns: 500 },
  ));
