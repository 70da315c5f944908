import { describe, expect, test } from 'vitest';
import { createReader } from '../../../src/parsers/index.ts';
import type { ReaderState } from '../../../src/parsers/transaction.ts';
import { bytesOf, problemsOf, readText, transactionsOf } from '../reading.ts';

const message = (reference: string, access: string, part: string) =>
  `UNH+${reference}+ORDERS:D:96A:UN+${access}+${part}'BGM+220+PO1+9'UNT+3+${reference}'`;
const file = (...messages: readonly string[]) =>
  `UNB+UNOC:3+A:14+B:14+240115:1030+REF1'${messages.join('')}UNZ+${messages.length}+REF1'`;
const broken = (text: string) =>
  problemsOf(readText(text))
    .filter(({ code }) => code === 'transaction/sequence-broken')
    .map(({ message: said }) => said);

// ISO 9735, UNH 0068 and S010 (trap 48).
describe('trap 48: one document in several messages (S010)', () => {
  test.each`
    what                                 | parts                                                                           | said
    ${'in order'}                        | ${[['1', 'X', '1:C'], ['2', 'X', '2'], ['3', 'X', '3:F']]}                      | ${[]}
    ${'two sequences side by side'}      | ${[['1', 'X', '1:C'], ['2', 'Y', '1:C'], ['3', 'X', '2:F'], ['4', 'Y', '2:F']]} | ${[]}
    ${'begun in an earlier interchange'} | ${[['1', 'X', '4'], ['2', 'X', '5:F']]}                                         | ${[]}
    ${'alone and final: a whole'}        | ${[['1', 'X', '1:F']]}                                                          | ${[]}
    ${'a part left out'}                 | ${[['1', 'X', '1:C'], ['2', 'X', '3:F']]}                                       | ${['Part 3 of "X" comes behind part 1.']}
    ${'a part twice'}                    | ${[['1', 'X', '1:C'], ['2', 'X', '1:C']]}                                       | ${['Part 1 of "X" comes behind part 1.']}
    ${'behind the final'}                | ${[['1', 'X', '1:C'], ['2', 'X', '2:F'], ['3', 'X', '3']]}                      | ${['Part 3 of "X" comes behind its final part, 2.']}
    ${'begins at 2'}                     | ${[['1', 'X', '2:C']]}                                                          | ${['Part 2 of "X" is told as the first (0073 is C).']}
    ${'without a reference'}             | ${[['1', '', '1:C'], ['2', '', '3']]}                                           | ${['Part 3 comes behind part 1.']}
  `('$what', ({ parts, said }) =>
    expect(
      broken(file(...parts.map(([one, two, three]: [string, string, string]) => message(one, two, three)))),
    ).toEqual(said),
  );

  test('a part is told as one, at S010, as a warning; a whole is not', () => {
    const [first] = transactionsOf(readText(file(message('1', 'X', '1:C'))));
    expect(
      first?.problems.map(({ code, severity, at }) => [code, severity, at.tag, at.elementNumber, at.componentNumber]),
    ).toEqual([['transaction/part-of-sequence', 'warning', 'UNH', 4, 1]]);
    expect(transactionsOf(readText(file(message('1', 'X', '1:F'))))[0]?.problems).toEqual([]);
  });

  test('a reader that goes on from a saved state knows the parts before', () => {
    const bytes = bytesOf(file(message('1', 'X', '1:C'), message('2', 'X', '2'), message('3', 'X', '5')));
    const first = createReader();
    let state: ReaderState | undefined;
    for (const event of first.read(bytes)) {
      if (event.kind !== 'transaction' || event.transaction.controlNumber !== '2') continue;
      state = JSON.parse(JSON.stringify(first.state()));
      break;
    }
    if (state === undefined) throw new Error('no state was saved');
    const second = createReader({ state });
    const events = [...second.push(bytes.subarray(state.byteOffset)), ...second.end()];
    expect(problemsOf(events).map(({ code }) => code)).toContain('transaction/sequence-broken');
  });
});
