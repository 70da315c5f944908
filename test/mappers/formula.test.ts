import { describe, expect, test } from 'vitest';
import { evaluate } from '../../src/mappers/formula/evaluate.ts';
import { parseFormula } from '../../src/mappers/formula/formula.ts';

const document = {
  number: '7',
  kind: { code: 'credit', original: 'CR' },
  lines: [
    { quantity: { value: '1.8' }, amounts: ['1', '2'] },
    { quantity: { value: '18.01' }, amounts: ['3'] },
    { text: 'x' },
  ],
};
const value = (text: string, here: unknown = document) => {
  const formula = parseFormula(text);
  if (typeof formula === 'string') throw new Error(formula);
  return evaluate(formula, {
    here,
    root: document,
    call: (name, argument) => (name === 'totals' ? String((argument as typeof document).number) : null),
  });
};

describe('formulas', () => {
  test.each([
    ['count(lines)', '3'],
    ['count(lines.quantity)', '2'],
    ['sum(lines.quantity)', '19.81'],
    ['sum(lines.amounts)', '6'],
    ['sum(nothing)', '0'],
    ['hash(lines.quantity.value)', '1819'],
    ['present(lines.text)', true],
    ['absent(lines.text)', false],
    ['absent(nothing)', true],
    ['number', '7'],
    ['lines.quantity', null],
    ['1 + 2 * 3', '7'],
    ['(1 + 2) * 3', '9'],
    ['-number + 10', '3'],
    ['10 / 4', '2.5'],
    ['1 / 0', null],
    ['0.1 + 0.2', '0.3'],
    ["kind = 'credit'", true],
    ["kind.original != 'CR'", false],
    ['number = 7.0', true],
    ['number < 8 and number >= 7', true],
    ['not present(nothing) or number > 100', true],
    ['nothing + 1', null],
    ['nothing = 1', null],
    ['totals(.)', '7'],
    ['unknown(.)', null],
    ["'it is text'", 'it is text'],
    ['sum(lines.text)', null],
  ])('%s is %s', (text, expected) => expect(value(text)).toBe(expected));

  test('a path starts where the balance stands', () => expect(value('sum(amounts)', document.lines[0])).toBe('3'));

  test.each([
    '',
    '1 +',
    'count(',
    'count(lines',
    '1 2',
    '$now()',
    ')',
    'a..b',
    "'open",
    '(',
    `${'('.repeat(100)}1`,
    '1'.repeat(600),
  ])('no formula: %s', (text) => expect(parseFormula(text)).toEqual(expect.any(String)));

  test('sums are exact beyond any float', () => {
    const many = { values: Array.from({ length: 1_000 }, () => '0.1') };
    expect(value('sum(values)', many)).toBe('100');
    expect(value('sum(values)', { values: ['123456789012345678901234567890.5', '0.5'] })).toBe(
      '123456789012345678901234567891',
    );
    expect(value('hash(values)', { values: ['99999999999999999999', '1'] })).toBe('100000000000000000000');
  });
});
