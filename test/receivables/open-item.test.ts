import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Invoice } from '../../src/documents/invoice.ts';
import { type Application, applyTo, isSettled, openItemOf, reversalOf } from '../../src/receivables/open-item.ts';
import { openItem } from './ledger.ts';

const invoice = (more: Partial<Invoice> = {}): Invoice => ({
  number: 'INV-1',
  issuedOn: '2026-03-12',
  orderNumber: 'PO-1',
  lines: [{ orderNumber: 'PO-1' }, { orderNumber: 'PO-2' }],
  totals: { due: '79.28', discount: '1.59' },
  ...more,
});
const context = {
  id: 'i-1',
  company: 'acme',
  usage: 'test',
  partner: 'shop',
  currency: 'USD',
  dueOn: '2026-04-11',
  discountUntil: '2026-03-22',
} as const;

test('an invoice opens an item with all of it remaining', () => {
  expect(openItemOf(invoice(), context)).toEqual({
    id: 'i-1',
    kind: 'invoice',
    company: 'acme',
    usage: 'test',
    partner: 'shop',
    number: 'INV-1',
    currency: 'USD',
    amount: 7928n,
    remaining: 7928n,
    discountTaken: 0n,
    issuedOn: '2026-03-12',
    dueOn: '2026-04-11',
    discount: { amount: 159n, until: '2026-03-22' },
    references: [
      { kind: { code: 'order' }, value: 'PO-1' },
      { kind: { code: 'order' }, value: 'PO-2' },
    ],
  });
});

test.each`
  what                        | bill                                                            | more                       | expected
  ${'a credit'}               | ${invoice({ kind: { code: 'credit', original: 'CR' } })}        | ${{}}                      | ${{ kind: 'credit', amount: 7928n }}
  ${'a credit sent negative'} | ${invoice({ kind: { code: 'credit' }, totals: { due: '-5' } })} | ${{}}                      | ${{ kind: 'credit', amount: 500n }}
  ${'in yen'}                 | ${invoice({ currency: 'JPY', totals: { due: '500' } })}         | ${{}}                      | ${{ currency: 'JPY', amount: 500n, discount: null }}
  ${'no day for a discount'}  | ${invoice()}                                                    | ${{ discountUntil: null }} | ${{ discount: null }}
`('$what', ({ bill, more, expected }) => expect(openItemOf(bill, { ...context, ...more })).toMatchObject(expected));

const application = (cash: bigint, more: Partial<Application> = {}): Application => ({
  id: 'a-1',
  openItem: 'id-1',
  cash,
  discount: 0n,
  valueOn: '2026-03-20',
  reverses: null,
  ...more,
});

describe('an application', () => {
  test.each`
    what                           | item                                      | laid                                                  | remaining
    ${'all of it'}                 | ${openItem('1', 100n)}                    | ${application(100n)}                                  | ${0n}
    ${'part of it'}                | ${openItem('1', 100n)}                    | ${application(40n)}                                   | ${60n}
    ${'money and discount'}        | ${openItem('1', 100n)}                    | ${application(98n, { discount: 2n })}                 | ${0n}
    ${'taken back'}                | ${openItem('1', 100n, { remaining: 0n })} | ${application(100n, { reverses: 'a-0' })}             | ${100n}
    ${'more than remains'}         | ${openItem('1', 100n, { remaining: 5n })} | ${application(6n)}                                    | ${null}
    ${'a discount too many'}       | ${openItem('1', 100n)}                    | ${application(100n, { discount: 1n })}                | ${null}
    ${'taken back, never applied'} | ${openItem('1', 100n)}                    | ${application(1n, { reverses: 'a-0' })}               | ${null}
    ${'a discount never given'}    | ${openItem('1', 100n, { remaining: 0n })} | ${application(1n, { discount: 1n, reverses: 'a-0' })} | ${null}
    ${'nothing'}                   | ${openItem('1', 100n)}                    | ${application(0n)}                                    | ${null}
    ${'less than nothing'}         | ${openItem('1', 100n)}                    | ${application(-1n)}                                   | ${null}
    ${'a discount below nothing'}  | ${openItem('1', 100n)}                    | ${application(5n, { discount: -1n })}                 | ${null}
    ${'on another item'}           | ${openItem('2', 100n)}                    | ${application(1n)}                                    | ${null}
  `('of $what leaves $remaining', ({ item, laid, remaining }) => {
    const applied = applyTo(item, laid);
    expect(applied.ok ? applied.item.remaining : null).toBe(remaining);
    if (!applied.ok) expect(applied.message).not.toBe('');
  });

  test('is taken back once, and a taking back never', () => {
    const first = application(100n);
    const back = reversalOf(first, 'a-2', '2026-03-25', []);
    if (!back.ok) throw new Error(back.message);
    expect(back.reversal).toEqual({ ...first, id: 'a-2', valueOn: '2026-03-25', reverses: 'a-1' });
    expect(reversalOf(first, 'a-3', '2026-03-26', [back.reversal]).ok).toBe(false);
    expect(reversalOf(back.reversal, 'a-3', '2026-03-26', []).ok).toBe(false);
  });
});

test('whatever is applied and taken back, 0 ≤ remaining ≤ amount, and taking all back restores the item', () => {
  const anyStep = fc.record({
    cash: fc.bigInt({ min: 0n, max: 80n }),
    discount: fc.bigInt({ min: 0n, max: 10n }),
    back: fc.option(fc.nat({ max: 20 })),
  });
  fc.assert(
    fc.property(fc.bigInt({ min: 1n, max: 200n }), fc.array(anyStep, { maxLength: 25 }), (amount, steps) => {
      const start = openItem('1', amount);
      let item = start;
      const history: Application[] = [];
      const make = (next: Application) => {
        const applied = applyTo(item, next);
        if (!applied.ok) return;
        item = applied.item;
        history.push(next);
        expect(item.remaining >= 0n && item.remaining <= item.amount).toBe(true);
        expect(isSettled(item)).toBe(item.remaining === 0n);
      };
      for (const [index, { cash, discount, back }] of steps.entries()) {
        const earlier = back === null ? undefined : history[back % Math.max(history.length, 1)];
        if (earlier === undefined) make(application(cash, { id: `a-${index}`, discount }));
        else {
          const taken = reversalOf(earlier, `a-${index}`, '2026-03-25', history);
          if (taken.ok) make(taken.reversal);
        }
      }
      const live = history.filter(
        ({ reverses, id }) => reverses === null && !history.some((one) => one.reverses === id),
      );
      const laid = live.reduce((sum, { cash, discount }) => sum + cash + discount, 0n);
      expect(item.remaining).toBe(amount - laid);
      for (const one of live) {
        const taken = reversalOf(one, `back-${one.id}`, '2026-03-26', history);
        if (taken.ok) make(taken.reversal);
      }
      expect(item).toEqual(start);
    }),
  );
});
