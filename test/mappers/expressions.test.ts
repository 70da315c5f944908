import { describe, expect, test } from 'vitest';
import type { Document } from '../../src/documents/index.ts';
import { applyReadExpressions, applyWriteExpressions, type Evaluate } from '../../src/mappers/index.ts';
import { mapOf } from './world.ts';

const map = mapOf(`
document: order
message: x12/004010/850
fields:
  number: BEG03
  purpose: { at: BEG01, codes: order-purpose }
  contract: { at: BEG06, read: R1, write: W1 }
  department: { read: R2 }
  lines: { each: PO1, fields: { number: PO101, description: { at: PO107, read: R3 } } }
`);
const document: Document = {
  number: '1',
  purpose: { code: 'original' },
  contract: 'C',
  lines: [{ number: '1', description: 'a' }, { number: '2' }],
};
const answering =
  (answers: Readonly<Record<string, unknown>>): Evaluate =>
  async (text, { value, item }) => {
    const answer = answers[text];
    if (typeof answer === 'function') return { value: answer(value, item) as unknown };
    return answer instanceof Error ? { failed: answer.message } : { value: answer };
  };

describe('expressions of a map', () => {
  test('their fields are named', () =>
    expect(map.expressionFields).toEqual(['contract', 'department', 'lines[].description']));

  test('after reading, each field takes what its expression gives: value, item and document in its hands', async () => {
    const evaluate = answering({
      R1: (value: string) => `${value}!`,
      R2: 'D',
      R3: (_value: unknown, item: { number: string }) => `line ${item.number}`,
    });
    const { document: read, problems } = await applyReadExpressions(map, document, evaluate);
    expect(read).toEqual({
      ...document,
      contract: 'C!',
      department: 'D',
      lines: [
        { number: '1', description: 'line 1' },
        { number: '2', description: 'line 2' },
      ],
    });
    expect(problems).toEqual([]);
    expect(document.number).toBe('1');
  });

  test('before writing, only those with write:', async () => {
    const { document: written } = await applyWriteExpressions(map, document, answering({ W1: 'W' }));
    expect(written).toEqual({ ...document, contract: 'W' });
  });

  test('nothing takes the field away', async () => {
    const { document: read } = await applyReadExpressions(map, document, answering({}));
    expect(read).not.toHaveProperty('contract');
  });

  test.each([
    ['a failure', new Error('it broke'), 'contract: it broke'],
    [
      'a number, for it is a float',
      1.5,
      'contract: the expression gives a number: $string() makes it the text a document holds.',
    ],
  ])('%s is a Problem, and the value stays', async (_what, answer, message) => {
    const { document: read, problems } = await applyReadExpressions(
      map,
      document,
      answering({ R1: answer, R2: 'D', R3: 'x' }),
    );
    expect(read).toMatchObject({ contract: 'C' });
    expect(problems.map((one) => [one.code, one.message])).toEqual([['map/expression-failed', message]]);
  });
});
