import { describe, expect, test } from 'vitest';
import { adviceKey, type RemittanceMatch } from '../../src/receivables/match.ts';
import { referenceKey, wantedReferences } from '../../src/receivables/reference.ts';
import { match, openItem, paying, remittance } from './ledger.ts';

const discounted = (number: string, until = '2026-03-20') =>
  openItem(number, 10_000n, { discount: { amount: 200n, until } });
/** "exact-amount 10000+0" per application */
const applied = ({ applications }: RemittanceMatch) =>
  applications.map(({ rule, cash, discount }) => `${rule} ${cash}+${discount}`);

describe('one line', () => {
  test.each`
    what                                   | item                                                    | line                                                              | outcome      | reason                     | applied
    ${'pays what remains'}                 | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '100.00')}                                  | ${'applied'} | ${'exact-amount'}          | ${['exact-amount 10000+0']}
    ${'writes the number without marks'}   | ${openItem('INV-10001', 10_000n)}                       | ${paying('inv10001', '100')}                                      | ${'applied'} | ${'exact-amount'}          | ${['exact-amount 10000+0']}
    ${'writes zeros before'}               | ${openItem('10001', 10_000n)}                           | ${paying('000010001', '100')}                                     | ${'applied'} | ${'exact-amount'}          | ${['exact-amount 10000+0']}
    ${'writes too little to be sure'}      | ${openItem('A-123', 10_000n)}                           | ${paying('A123', '100')}                                          | ${'waits'}   | ${'invoice-not-yet-known'} | ${[]}
    ${'pays the rest'}                     | ${openItem('INV-10001', 10_000n, { remaining: 2500n })} | ${paying('INV-10001', '25')}                                      | ${'applied'} | ${'exact-amount'}          | ${['exact-amount 2500+0']}
    ${'takes an earned discount'}          | ${discounted('INV-10001')}                              | ${paying('INV-10001', '98')}                                      | ${'applied'} | ${'exact-after-discount'}  | ${['exact-after-discount 9800+200']}
    ${'says its discount'}                 | ${discounted('INV-10001')}                              | ${paying('INV-10001', '98', { discount: '2' })}                   | ${'applied'} | ${'exact-after-discount'}  | ${['exact-after-discount 9800+200']}
    ${'takes less discount than offered'}  | ${discounted('INV-10001')}                              | ${paying('INV-10001', '99', { discount: '1' })}                   | ${'applied'} | ${'exact-after-discount'}  | ${['exact-after-discount 9900+100']}
    ${'takes a discount a day late'}       | ${discounted('INV-10001', '2026-03-19')}                | ${paying('INV-10001', '98')}                                      | ${'review'}  | ${'discount-not-earned'}   | ${[]}
    ${'takes too much discount'}           | ${discounted('INV-10001')}                              | ${paying('INV-10001', '97', { discount: '3' })}                   | ${'review'}  | ${'discount-too-large'}    | ${[]}
    ${'takes a discount never offered'}    | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '98', { discount: '2' })}                   | ${'review'}  | ${'discount-too-large'}    | ${[]}
    ${'takes it on what was paid in part'} | ${{ ...discounted('INV-10001'), remaining: 5000n }}     | ${paying('INV-10001', '48', { discount: '2' })}                   | ${'review'}  | ${'discount-not-earned'}   | ${[]}
    ${'says a discount and pays in full'}  | ${discounted('INV-10001')}                              | ${paying('INV-10001', '100', { discount: '2' })}                  | ${'applied'} | ${'exact-amount'}          | ${['exact-amount 10000+0']}
    ${'says more than remains'}            | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '99', { discount: '2' })}                   | ${'review'}  | ${'amount-differs'}        | ${[]}
    ${'pays less'}                         | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '60')}                                      | ${'applied'} | ${'partial'}               | ${['partial 6000+0']}
    ${'pays more'}                         | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '100.01')}                                  | ${'review'}  | ${'paid-too-much'}         | ${[]}
    ${'pays what is paid'}                 | ${openItem('INV-10001', 10_000n, { remaining: 0n })}    | ${paying('INV-10001', '100')}                                     | ${'review'}  | ${'already-paid'}          | ${[]}
    ${'pays nothing'}                      | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '0')}                                       | ${'nothing'} | ${'nothing-paid'}          | ${[]}
    ${'names nothing'}                     | ${openItem('INV-10001', 10_000n)}                       | ${{ paid: '100' }}                                                | ${'review'}  | ${'no-reference'}          | ${[]}
    ${'names an order'}                    | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '100', { kind: { code: 'order' } })}        | ${'review'}  | ${'reference-is-no-item'}  | ${[]}
    ${'names what is not known'}           | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10002', '100')}                                     | ${'waits'}   | ${'invoice-not-yet-known'} | ${[]}
    ${"names another payer's"}             | ${openItem('INV-10001', 10_000n, { partner: 'mill' })}  | ${paying('INV-10001', '100')}                                     | ${'review'}  | ${'another-payers-item'}   | ${[]}
    ${"names another company's"}           | ${openItem('INV-10001', 10_000n, { company: 'zeta' })}  | ${paying('INV-10001', '100')}                                     | ${'waits'}   | ${'invoice-not-yet-known'} | ${[]}
    ${'names a test'}                      | ${openItem('INV-10001', 10_000n, { usage: 'test' })}    | ${paying('INV-10001', '100')}                                     | ${'waits'}   | ${'invoice-not-yet-known'} | ${[]}
    ${'is in another currency'}            | ${openItem('INV-10001', 10_000n, { currency: 'EUR' })}  | ${paying('INV-10001', '100')}                                     | ${'review'}  | ${'currency-differs'}      | ${[]}
    ${'pays a credit'}                     | ${openItem('CM-10001', 10_000n, { kind: 'credit' })}    | ${paying('CM-10001', '100')}                                      | ${'review'}  | ${'sign-does-not-fit'}     | ${[]}
    ${'pays on account'}                   | ${openItem('INV-10001', 10_000n)}                       | ${paying('INV-10001', '100', { action: { code: 'on-account' } })} | ${'applied'} | ${'on-account'}            | ${[]}
  `('that $what: $outcome, $reason', ({ item, line, outcome, reason, applied: expected }) => {
    const result = match(remittance(line.paid, [line]), [item]);
    expect(result.lines).toMatchObject([{ path: 'entities[0].items[0]', outcome, reason }]);
    expect(applied(result)).toEqual(expected);
    expect(result.state).toBe(outcome === 'review' ? 'review' : outcome === 'waits' ? 'waits' : 'applied');
    expect(result.waitsFor).toEqual(outcome === 'waits' ? [line.reference] : []);
  });

  test.each`
    policy                               | line                          | item                                     | reason               | applied                        | onAccount
    ${{ onPartial: 'review' }}           | ${paying('INV-10001', '60')}  | ${openItem('INV-10001', 10_000n)}        | ${'paid-too-little'} | ${[]}                          | ${0n}
    ${{ onOverpayment: 'on-account' }}   | ${paying('INV-10001', '101')} | ${openItem('INV-10001', 10_000n)}        | ${'over-on-account'} | ${['over-on-account 10000+0']} | ${100n}
    ${{ onUnearnedDiscount: 'partial' }} | ${paying('INV-10001', '98')}  | ${discounted('INV-10001', '2026-03-19')} | ${'partial'}         | ${['partial 9800+0']}          | ${0n}
  `('under $policy: $reason', ({ policy, line, item, reason, applied: expected, onAccount }) => {
    const result = match(remittance(line.paid, [line]), [item], policy);
    expect(result.lines[0]?.reason).toBe(reason);
    expect(applied(result)).toEqual(expected);
    expect(result.remainder.onAccount).toBe(onAccount);
  });

  test('tells how it was tied, with its numbers', () => {
    const [line] = match(
      remittance('60', [paying('inv 10001', '60', { adjustment: { reason: { original: '59' }, amount: '-40' } })]),
      [openItem('INV-10001', 10_000n)],
    ).lines;
    expect(line?.message).toBe(
      "The reference is an open item, and less was paid than remains: the rest stays open. inv 10001 is INV-10001 without its marks and leading zeros. 60.00 USD paid, 100.00 USD open on INV-10001. The payer's reason: 59.",
    );
  });

  test('an item of the family may be paid, and one that is claimed may not', () => {
    const item = openItem('INV-10001', 10_000n, { partner: 'shop-east' });
    const advice = remittance('100', [paying('INV-10001', '100')]);
    expect(match(advice, [item], {}, { payers: ['shop', 'shop-east'] }).state).toBe('applied');
    expect(match(advice, [item], {}, { payers: ['shop-east'], claimed: [item.id] }).lines[0]?.reason).toBe(
      'item-claimed',
    );
  });

  test('the day the money counts is the payment’s, and today’s when it names no real day', () => {
    const advice = (valueOn: string) => remittance('98', [paying('INV-10001', '98')], { payment: { valueOn } });
    expect(match(advice('2026-03-21'), [discounted('INV-10001')]).lines[0]?.reason).toBe('discount-not-earned');
    expect(match(advice('2026-02-30'), [discounted('INV-10001')]).lines[0]?.reason).toBe('exact-after-discount');
  });
});

describe('several lines', () => {
  test('on one item pay it when together they are what remains', () => {
    const result = match(remittance('100', [paying('INV-10001', '60'), paying('INV10001', '40')]), [
      openItem('INV-10001', 10_000n),
    ]);
    expect(applied(result)).toEqual(['exact-together 6000+0', 'exact-together 4000+0']);
  });
  test.each([
    ['60', '60'],
    ['100', '100'],
    ['30', '30'],
  ])('of %s and %s on one item of 100 are for a person', (a, b) => {
    const total = `${Number(a) + Number(b)}`;
    const result = match(remittance(total, [paying('INV-10001', a), paying('INV-10001', b)]), [
      openItem('INV-10001', 10_000n),
    ]);
    expect(result.lines.map(({ reason }) => reason)).toEqual(['reference-repeated', 'reference-repeated']);
    expect(result.applications).toEqual([]);
  });
  test('one number on two open items is ambiguous', () => {
    const items = [openItem('INV-10001', 10_000n), openItem('INV-10001', 10_000n, { id: 'other' })];
    expect(match(remittance('100', [paying('INV-10001', '100')]), items).lines[0]?.reason).toBe('reference-ambiguous');
  });
  test('an exact number wins over one that only shares its key', () => {
    const items = [openItem('INV-10001', 10_000n), openItem('INV10001', 5_000n)];
    expect(match(remittance('50', [paying('INV10001', '50')]), items).applications).toMatchObject([
      { number: 'INV10001' },
    ]);
    expect(match(remittance('50', [paying('INV/10001', '50')]), items).lines[0]?.reason).toBe('reference-ambiguous');
  });
  test('a credit is used against an invoice', () => {
    const items = [openItem('INV-10001', 10_000n), openItem('CM-10001', 3_000n, { kind: 'credit' })];
    const result = match(remittance('70', [paying('INV-10001', '100'), paying('CM-10001', '-30')]), items);
    expect(result).toMatchObject({ state: 'applied', remainder: { onAccount: 0n, unapplied: 0n } });
    expect(result.applications.map(({ money, cash }) => [money, cash])).toEqual([
      [10_000n, 10_000n],
      [-3_000n, 3_000n],
    ]);
  });
  test('a credit nobody knows keeps the payment from being applied alone', () => {
    const result = match(remittance('70', [paying('INV-10001', '100'), paying('CM-10001', '-30')]), [
      openItem('INV-10001', 10_000n),
    ]);
    expect(result).toMatchObject({ state: 'review', applications: [], remainder: { unapplied: 7_000n } });
    expect(result.lines.map(({ reason }) => reason)).toEqual(['payment-does-not-close', 'credit-not-known']);
  });
  test('a deduction beside the lines does the same, and one that only explains does not', () => {
    const items = [openItem('INV-10001', 10_000n)];
    const adjustments = [{ amount: '-10', reason: { original: '54' }, claim: { value: 'D-7' } }];
    const short = match(remittance('90', [paying('INV-10001', '100')], { adjustments }), items);
    expect(short).toMatchObject({ state: 'review', applications: [], balance: { identity: 'A' } });
    expect(short.lines[1]).toMatchObject({ reason: 'adjustment-to-explain', reference: 'D-7', money: -1_000n });
    const told = match(remittance('100', [paying('INV-10001', '100')], { adjustments }), items);
    expect(told).toMatchObject({ state: 'applied', balance: { identity: 'D' } });
    expect(told.lines[1]).toMatchObject({ outcome: 'nothing', reason: 'explains-only' });
  });
  test('what was not netted is taken off its own line', () => {
    const line = paying('INV-10001', '100', { adjustments: [{ amount: '-10' }] });
    const result = match(remittance('90', [line]), [openItem('INV-10001', 10_000n)]);
    expect(result.balance).toMatchObject({ identity: 'B' });
    expect(applied(result)).toEqual(['partial 9000+0']);
  });
  test('what can be tied is applied though the rest waits; or, by agreement, nothing is', () => {
    const advice = remittance('150', [paying('INV-10001', '100'), paying('INV-10002', '50')]);
    const items = [openItem('INV-10001', 10_000n)];
    const part = match(advice, items);
    expect(part).toMatchObject({ state: 'waits', waitsFor: ['INV-10002'], remainder: { unapplied: 5_000n } });
    expect(applied(part)).toEqual(['exact-amount 10000+0']);
    const whole = match(advice, items, { applyPart: false });
    expect(whole).toMatchObject({
      state: 'waits',
      applications: [],
      remainder: { unapplied: 15_000n },
      reasons: [{ code: 'payment-does-not-close' }],
    });
    expect(whole.lines.map(({ outcome }) => outcome)).toEqual(['waits', 'waits']);
  });
});

describe('the whole', () => {
  const items = [openItem('INV-10001', 10_000n)];
  const line = paying('INV-10001', '100');
  test.each`
    what                    | advice                                                                               | context                     | reasons
    ${'announced before'}   | ${remittance('100', [line])}                                                         | ${{ duplicateOf: 'rem-1' }} | ${['duplicate-advice']}
    ${'out of balance'}     | ${remittance('100.01', [line])}                                                      | ${{}}                       | ${['out-of-balance']}
    ${'unclear'}            | ${remittance('100', [line, { reference: 'X' }])}                                     | ${{}}                       | ${['amounts-unclear']}
    ${'below the cent'}     | ${remittance('100.001', [paying('INV-10001', '100.001')])}                           | ${{}}                       | ${['amount-not-payable']}
    ${'taking money back'}  | ${remittance('-100', [paying('INV-10001', '-100')])}                                 | ${{}}                       | ${['payment-negative']}
    ${'a debit'}            | ${remittance('100', [line], { payment: { direction: { code: 'debit' } } })}          | ${{}}                       | ${['payment-negative']}
    ${'a test of the bank'} | ${remittance('100', [line], { payment: { handling: { code: 'prenotification' } } })} | ${{}}                       | ${['no-money-moves']}
    ${'wrong in two ways'}  | ${remittance('99', [line])}                                                          | ${{ duplicateOf: 'rem-1' }} | ${['duplicate-advice', 'out-of-balance']}
  `('$what is for a person: $reasons', ({ advice, context, reasons }) => {
    const result = match(advice, items, {}, context);
    expect(result.state).toBe('review');
    expect(result.reasons.map(({ code }) => code)).toEqual(reasons);
    expect(result.applications).toEqual([]);
    expect(result.lines.every(({ outcome }) => outcome === 'review')).toBe(true);
  });

  test('without lines leaves the money unapplied', () => {
    expect(match(remittance('0', []), items)).toMatchObject({ state: 'applied', total: 0n, lines: [] });
    expect(match(remittance('5', []), items)).toMatchObject({ state: 'review', remainder: { unapplied: 500n } });
  });

  test.each`
    advice                                                  | key
    ${remittance('100.00', [])}                             | ${'shop|T-1|100'}
    ${remittance('100', [])}                                | ${'shop|T-1|100'}
    ${remittance('0.00', [])}                               | ${'shop|T-1|0'}
    ${remittance('100', [], { payment: { trace: 'T-2' } })} | ${'shop|T-2|100'}
    ${{ payment: { amount: '100' } }}                       | ${null}
    ${remittance('lots', [])}                               | ${null}
  `('is known again as $key', ({ advice, key }) => expect(adviceKey(advice, 'shop')).toBe(key));
});

test.each`
  reference       | key
  ${'inv-000123'} | ${'INV000123'}
  ${'00-10023'}   | ${'10023'}
  ${'0000123'}    | ${null}
  ${'A-1 B'}      | ${null}
  ${'12345'}      | ${'12345'}
  ${'ÄÖÜ12'}      | ${null}
  ${''}           | ${null}
`('the key of $reference is $key', ({ reference, key }) => expect(referenceKey(reference)).toBe(key));

test('the numbers to look for are told once each', () => {
  const advice = remittance('3', [paying('INV-10001', '1'), paying('INV-10001', '1'), paying('X', '1'), { paid: '0' }]);
  expect(wantedReferences(advice)).toEqual({ numbers: ['INV-10001', 'X'], keys: ['INV10001'] });
});
