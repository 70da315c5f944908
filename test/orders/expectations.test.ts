import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decisionFrom } from '../../src/orders/decision.ts';
import { type ExpectationOf, expectedFrom, isMet, meet, type Piece } from '../../src/orders/expectations.ts';
import { decideOrder, receivedOrder } from '../../src/orders/order-state.ts';
import { lineOf, orderOf } from './orders.ts';

const settings = {
  responseMinutes: 60,
  shipNoticeMinutes: 120,
  invoiceMinutes: 30,
  acknowledgmentMinutes: 1440,
  receiptMinutes: 10,
  remittance: true,
};
const never = {
  responseMinutes: null,
  shipNoticeMinutes: null,
  invoiceMinutes: null,
  acknowledgmentMinutes: null,
  receiptMinutes: null,
  remittance: false,
};
const order = orderOf([lineOf('10'), lineOf('4', { number: '2' })]);
const decision = decisionFrom(order, {
  decision: 'lines',
  lines: [
    {
      line: '1',
      promises: [
        { status: 'accepted', quantity: '6' },
        { status: 'backordered', quantity: '4' },
      ],
    },
    { line: '2', promises: [{ status: 'rejected', quantity: '4' }] },
  ],
});
const state = decision.ok ? decideOrder(receivedOrder(order), decision.value) : decision;
if (!state.ok) throw new Error('the fixture does not hold');

const facts = {
  received: { kind: 'order-received' },
  decided: { kind: 'order-decided', state: state.value },
  shipped: {
    kind: 'goods-shipped',
    shipped: [
      { line: '1', quantity: '2' },
      { line: '1', quantity: '1' },
    ],
  },
  billed: { kind: 'invoice-sent', minor: 7928n, currency: 'USD', lateAfter: '2026-04-11' },
  delivered: { kind: 'delivered', acknowledged: true },
  unacknowledged: { kind: 'delivered', acknowledged: false },
} as const;

test.each`
  fact                | expected
  ${'received'}       | ${[{ kind: 'order-response', due: { afterMinutes: 60 }, outstanding: { by: 'once', count: 1 } }]}
  ${'decided'}        | ${[{ kind: 'ship-notice', due: { afterMinutes: 120 }, outstanding: { by: 'quantity', lines: [{ line: '1', quantity: '10' }] } }]}
  ${'shipped'}        | ${[{ kind: 'invoice', due: { afterMinutes: 30 }, outstanding: { by: 'quantity', lines: [{ line: '1', quantity: '3' }] } }]}
  ${'billed'}         | ${[{ kind: 'remittance', due: { on: '2026-04-11' }, outstanding: { by: 'money', minor: 7928n, currency: 'USD' } }]}
  ${'delivered'}      | ${[{ kind: 'receipt', due: { afterMinutes: 10 }, outstanding: { by: 'once', count: 1 } }, { kind: 'acknowledgment', due: { afterMinutes: 1440 }, outstanding: { by: 'once', count: 1 } }]}
  ${'unacknowledged'} | ${[{ kind: 'receipt', due: { afterMinutes: 10 }, outstanding: { by: 'once', count: 1 } }]}
`('$fact makes us expect', ({ fact, expected }) => {
  expect(expectedFrom(facts[fact as keyof typeof facts], settings)).toEqual(expected);
  expect(expectedFrom(facts[fact as keyof typeof facts], never)).toEqual([]);
});

test.each([
  [{ kind: 'goods-shipped', shipped: [] } as const],
  [{ kind: 'goods-shipped', shipped: [{ line: '1', quantity: '0' }] } as const],
  [{ kind: 'invoice-sent', minor: 0n, currency: 'USD', lateAfter: '2026-04-11' } as const],
  [{ kind: 'order-decided', state: receivedOrder(order) } as const],
])('nothing follows from nothing', (fact) => expect(expectedFrom(fact, settings)).toEqual([]));

const owed = (fact: keyof typeof facts): ExpectationOf => {
  const [first] = expectedFrom(facts[fact], settings);
  if (first === undefined) throw new Error('nothing is expected');
  return first;
};
const quantity = (line: string, of: string, takenBack = false): Piece => ({
  by: 'quantity',
  lines: [{ line, quantity: of }],
  takenBack,
});
const money = (minor: bigint, takenBack = false): Piece => ({ by: 'money', minor, currency: 'USD', takenBack });

describe('an expectation', () => {
  test.each`
    fact          | pieces                                               | met      | excess
    ${'received'} | ${[]}                                                | ${false} | ${null}
    ${'received'} | ${[{ by: 'once' }]}                                  | ${true}  | ${null}
    ${'received'} | ${[{ by: 'once' }, { by: 'once', takenBack: true }]} | ${false} | ${null}
    ${'received'} | ${[quantity('1', '1')]}                              | ${false} | ${null}
    ${'decided'}  | ${[quantity('1', '4')]}                              | ${false} | ${null}
    ${'decided'}  | ${[quantity('1', '4'), quantity('1', '6.0')]}        | ${true}  | ${null}
    ${'decided'}  | ${[quantity('1', '11')]}                             | ${true}  | ${{ by: 'quantity', lines: [{ line: '1', quantity: '1' }] }}
    ${'decided'}  | ${[quantity('2', '1')]}                              | ${false} | ${{ by: 'quantity', lines: [{ line: '2', quantity: '1' }] }}
    ${'decided'}  | ${[quantity('1', '10'), quantity('1', '3', true)]}   | ${false} | ${null}
    ${'billed'}   | ${[money(7900n)]}                                    | ${false} | ${null}
    ${'billed'}   | ${[money(7900n), money(28n)]}                        | ${true}  | ${null}
    ${'billed'}   | ${[money(8000n)]}                                    | ${true}  | ${{ by: 'money', minor: 72n, currency: 'USD' }}
    ${'billed'}   | ${[money(7928n), money(28n, true)]}                  | ${false} | ${null}
    ${'billed'}   | ${[{ by: 'money', minor: 7928n, currency: 'EUR' }]}  | ${false} | ${null}
  `('of $fact after $pieces is met: $met', ({ fact, pieces, met, excess }) => {
    let now = owed(fact);
    let last: unknown = null;
    for (const piece of pieces) ({ expectation: now, excess: last } = meet(now, piece));
    expect(isMet(now)).toBe(met);
    expect(last).toEqual(excess);
  });

  test('of money: what is outstanding and what came always make what was owed and what was too much', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10_000n }),
        fc.array(fc.bigInt({ min: 1n, max: 4_000n })),
        (minor, pieces) => {
          let now: ExpectationOf = {
            kind: 'remittance',
            due: null,
            outstanding: { by: 'money', minor, currency: 'USD' },
          };
          let over = 0n;
          for (const piece of pieces) {
            const step = meet(now, money(piece));
            now = step.expectation;
            if (step.excess?.by === 'money') over += step.excess.minor;
          }
          const left = now.outstanding.by === 'money' ? now.outstanding.minor : -1n;
          expect(left).toBeGreaterThanOrEqual(0n);
          expect(minor - left + over).toBe(pieces.reduce((sum, piece) => sum + piece, 0n));
        },
      ),
    );
  });
});
