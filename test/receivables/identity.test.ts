import { describe, expect, test } from 'vitest';
import { balanceOf, isPayable, paidOf } from '../../src/receivables/identity.ts';
import { paying, remittance } from './ledger.ts';

const inner = (amount: string) => ({ adjustments: [{ amount }] });
const negative = { adjustmentSign: 'negative-reduces' } as const;

describe('the parts make the payment', () => {
  test.each`
    what                                      | advice                                                                                               | sign                  | holding
    ${'paid only'}                            | ${remittance('150.00', [paying('A', '100'), paying('B', '50.0')])}                                   | ${'negative-reduces'} | ${['A', 'B', 'C', 'D']}
    ${'an outer deduction'}                   | ${remittance('90', [paying('A', '100')], { adjustments: [{ amount: '-10' }] })}                      | ${'negative-reduces'} | ${['A', 'B']}
    ${'an inner one, netted'}                 | ${remittance('90', [paying('A', '90', inner('-10'))])}                                               | ${'negative-reduces'} | ${['A', 'C', 'D']}
    ${'an inner one, not netted'}             | ${remittance('90', [paying('A', '100', inner('-10'))])}                                              | ${'negative-reduces'} | ${['B']}
    ${'the sign turned round'}                | ${remittance('90', [paying('A', '100')], { adjustments: [{ amount: '10' }] })}                       | ${'negative-reduces'} | ${['C']}
    ${'the old sign, as agreed'}              | ${remittance('90', [paying('A', '100')], { adjustments: [{ amount: '10' }] })}                       | ${'positive-reduces'} | ${['A', 'B']}
    ${'the old sign, not netted'}             | ${remittance('90', [paying('A', '100', inner('10'))])}                                               | ${'positive-reduces'} | ${['B']}
    ${'an outer one that only explains'}      | ${remittance('100', [paying('A', '100')], { adjustments: [{ amount: '-10' }] })}                     | ${'negative-reduces'} | ${['D']}
    ${'a credit used'}                        | ${remittance('70', [paying('A', '100'), paying('C', '-30')])}                                        | ${'negative-reduces'} | ${['A', 'B', 'C', 'D']}
    ${'nothing at all'}                       | ${remittance('0', [])}                                                                               | ${'negative-reduces'} | ${['A', 'B', 'C', 'D']}
    ${'what follows from gross and discount'} | ${remittance('97', [{ reference: 'A', gross: '100', discount: '2', adjustment: { amount: '-1' } }])} | ${'negative-reduces'} | ${['A', 'B', 'C', 'D']}
  `('$what: $holding', ({ advice, sign, holding }) => {
    expect(balanceOf(advice, { adjustmentSign: sign })).toEqual({ kind: 'balanced', identity: holding[0], holding });
  });

  test('by the identity the partner obeys as a rule', () => {
    const advice = remittance('90', [paying('A', '90', inner('-10'))]);
    expect(balanceOf(advice, { ...negative, usual: 'D' })).toMatchObject({ identity: 'D' });
    expect(balanceOf(advice, { ...negative, usual: 'B' })).toMatchObject({ identity: 'A' });
  });
});

describe('out of balance', () => {
  test.each`
    what                 | advice                                                         | difference | suspect
    ${'a line too many'} | ${remittance('100', [paying('A', '100'), paying('B', '210')])} | ${'-210'}  | ${'entities[0].items[1]'}
    ${'a line too few'}  | ${remittance('420', [paying('A', '100'), paying('B', '160')])} | ${'160'}   | ${'entities[0].items[1]'}
    ${'a wrong sign'}    | ${remittance('80', [paying('A', '100'), paying('B', '10')])}   | ${'-30'}   | ${undefined}
    ${'a sign to turn'}  | ${remittance('90', [paying('A', '100'), paying('B', '10')])}   | ${'-20'}   | ${'entities[0].items[1]'}
    ${'one cent'}        | ${remittance('100.01', [paying('A', '100')])}                  | ${'0.01'}  | ${undefined}
  `('by $what: $difference at $suspect', ({ advice, difference, suspect }) => {
    const balance = balanceOf(advice, negative);
    expect(balance).toMatchObject({ kind: 'out-of-balance', difference });
    expect(balance.kind === 'out-of-balance' ? balance.suspects[0]?.path : null).toBe(suspect);
  });

  test('names ten suspects at most', () => {
    const many = Array.from({ length: 50 }, (_, index) => paying(`${index}`, '5'));
    const balance = balanceOf(remittance('255', many), negative);
    expect(balance.kind === 'out-of-balance' && balance.suspects.length).toBe(10);
  });
});

test.each`
  what                           | advice                                                                       | paths
  ${'nothing said to be paid'}   | ${remittance('5', [{ reference: 'A' }])}                                     | ${['entities[0].items[0]']}
  ${'a paid that is no number'}  | ${remittance('5', [paying('A', 'five')])}                                    | ${['entities[0].items[0]']}
  ${'an inner one that is none'} | ${remittance('5', [paying('A', '5', inner('x'))])}                           | ${['entities[0].items[0]']}
  ${'an outer one that is none'} | ${remittance('5', [paying('A', '5')], { adjustments: [{ amount: '1,0' }] })} | ${['entities[0].adjustments[0]']}
  ${'a payment that is none'}    | ${remittance('1e3', [paying('A', '5')])}                                     | ${['payment.amount']}
`('$what leaves it undetermined', ({ advice, paths }) => {
  expect(balanceOf(advice, negative)).toEqual({ kind: 'undetermined', paths });
});

test.each`
  item                               | paid
  ${{ paid: '5' }}                   | ${'5'}
  ${{ paid: '5', gross: '7' }}       | ${'5'}
  ${{ gross: '7', discount: '1.5' }} | ${'5.5'}
  ${{ gross: '7' }}                  | ${'7'}
  ${{ discount: '1' }}               | ${null}
  ${{}}                              | ${null}
`('$item pays $paid', ({ item, paid }) => expect(paidOf(item)).toBe(paid));

test.each`
  amount     | currency | payable
  ${'1.25'}  | ${'USD'} | ${true}
  ${'1.250'} | ${'USD'} | ${true}
  ${'1.255'} | ${'USD'} | ${false}
  ${'1.255'} | ${'KWD'} | ${true}
  ${'1.5'}   | ${'JPY'} | ${false}
  ${'-3'}    | ${'JPY'} | ${true}
  ${'x'}     | ${'USD'} | ${false}
`('$amount $currency can be paid: $payable', ({ amount, currency, payable }) =>
  expect(isPayable(amount, currency)).toBe(payable),
);
