import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { OpenItem } from '../../src/receivables/open-item.ts';
import { type Payment, type SettlementRequest, settle } from '../../src/receivables/settle.ts';

const item = (id: string, more: Partial<OpenItem> = {}): OpenItem => ({
  id,
  kind: 'invoice',
  company: 'acme',
  usage: 'production',
  partner: 'shop',
  number: id.toUpperCase(),
  currency: 'USD',
  amount: 10_000n,
  remaining: 10_000n,
  discountTaken: 0n,
  issuedOn: '2036-11-01',
  dueOn: '2036-12-01',
  discount: null,
  references: [],
  ...more,
});
const items = new Map(
  [
    item('a'),
    item('b', { remaining: 2_000n }),
    item('credit', { kind: 'credit' }),
    item('euro', { currency: 'EUR' }),
  ].map((one) => [one.id, one]),
);
const payment: Payment = { currency: 'USD', total: 8_000n, applied: 0n, onAccount: 0n };
const settled = (request: SettlementRequest, of: Payment = payment) => settle(of, items, request, '2036-11-22');

describe('a settlement', () => {
  test.each<[string, SettlementRequest, object]>([
    [
      'short, the rest given up for a reason',
      { applications: [{ openItem: 'a', cash: '80', deduction: '20', deductionCode: 'damaged' }] },
      { state: 'applied', applied: 8_000n, unapplied: 0n },
    ],
    ['part of it', { applications: [{ openItem: 'b', cash: '20' }] }, { state: 'partly-applied', unapplied: 6_000n }],
    ['all on account', { onAccount: '80' }, { state: 'applied', applied: 0n, onAccount: 8_000n }],
    [
      'with a credit that is used',
      {
        applications: [
          { openItem: 'a', cash: '100' },
          { openItem: 'credit', cash: '20' },
        ],
      },
      { state: 'applied', applied: 8_000n, unapplied: 0n },
    ],
    [
      'one item in two parts',
      {
        applications: [
          { openItem: 'a', cash: '50' },
          { openItem: 'a', cash: '20', discount: '10' },
        ],
      },
      { state: 'partly-applied', applied: 7_000n, unapplied: 1_000n },
    ],
    ['only given up', { applications: [{ openItem: 'b', deduction: '20', deductionCode: 'x' }] }, { state: 'review' }],
  ])('%s', (_what, request, expected) => {
    expect(settled(request)).toMatchObject({ ok: true, value: expected });
  });

  test.each<[string, SettlementRequest, string]>([
    ['nothing said', {}, 'settlement/nothing-said'],
    ['an item nobody knows', { applications: [{ openItem: 'z', cash: '1' }] }, 'settlement/unknown-item'],
    ['another currency', { applications: [{ openItem: 'euro', cash: '1' }] }, 'settlement/currency-differs'],
    ['a tenth of a cent', { applications: [{ openItem: 'a', cash: '1.001' }] }, 'settlement/amount-malformed'],
    ['less than nothing', { applications: [{ openItem: 'a', cash: '-1' }] }, 'settlement/amount-malformed'],
    ['no amount', { applications: [{ openItem: 'a' }] }, 'settlement/beyond-item'],
    ['more than is open', { applications: [{ openItem: 'b', cash: '20.01' }] }, 'settlement/beyond-item'],
    [
      'more than is open, in two parts',
      {
        applications: [
          { openItem: 'b', cash: '15' },
          { openItem: 'b', cash: '15' },
        ],
      },
      'settlement/beyond-item',
    ],
    ['more than was paid', { applications: [{ openItem: 'a', cash: '80.01' }] }, 'settlement/beyond-payment'],
    ['more on account than was paid', { onAccount: '80.01' }, 'settlement/beyond-payment'],
    [
      'a deduction without a reason',
      { applications: [{ openItem: 'a', deduction: '1' }] },
      'settlement/deduction-unexplained',
    ],
    [
      'a reason without a deduction',
      { applications: [{ openItem: 'a', cash: '1', deductionCode: 'x' }] },
      'settlement/deduction-unexplained',
    ],
    [
      'a discount on what we owe',
      { applications: [{ openItem: 'credit', discount: '1' }] },
      'settlement/not-on-a-credit',
    ],
    ['a credit alone', { applications: [{ openItem: 'credit', cash: '1' }] }, 'settlement/beyond-payment'],
  ])('%s is refused', (_what, request, code) => {
    const outcome = settled(request);
    expect(outcome.ok ? [] : outcome.faults.map((fault) => fault.code)).toEqual([code]);
  });

  test('total is applied, on account and unapplied, to the minor unit, whatever is asked', () => {
    const cents = fc.integer({ min: 0, max: 12_000 }).map((n) => (n / 100).toFixed(2));
    const part = fc.record({ openItem: fc.constantFrom('a', 'b', 'credit'), cash: cents });
    const request = fc.record({ applications: fc.array(part, { maxLength: 4 }), onAccount: cents });
    fc.assert(
      fc.property(request, (asked) => {
        const outcome = settled(asked);
        if (!outcome.ok) return;
        const { total, applied, onAccount, unapplied, state } = outcome.value;
        expect(applied + onAccount + unapplied).toBe(total);
        expect([applied, onAccount, unapplied].every((minor) => minor >= 0n)).toBe(true);
        expect(state === 'applied').toBe(unapplied === 0n);
      }),
    );
  });
});
