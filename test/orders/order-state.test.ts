import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals } from '../../src/core/decimal.ts';
import { decisionFrom } from '../../src/orders/decision.ts';
import type { Outcome } from '../../src/orders/finding.ts';
import {
  awaitDecision,
  cancelOrder,
  decideOrder,
  holdOrder,
  invoiceOrder,
  type OrderState,
  openPromise,
  receivedOrder,
  replaceOrder,
  shipOrder,
} from '../../src/orders/order-state.ts';
import { lineOf, orderOf } from './orders.ts';

const order = orderOf([lineOf('10'), lineOf('4', { number: '2' })]);
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.findings.map(({ message }) => message).join(' '));
  return outcome.value;
};
const codes = (outcome: Outcome<unknown>) => (outcome.ok ? [] : outcome.findings.map(({ code }) => code));
const decision = (how: 'accept' | 'reject') => value(decisionFrom(order, { decision: how }));
const hold = { reason: 'price' as const, line: '1', message: 'Too cheap.' };
const some = (line: string, quantity: string) => [{ line, quantity }];

const received = receivedOrder(order);
const decided = value(decideOrder(received, decision('accept')));
const partly = value(shipOrder(decided, some('1', '6')));
const shipped = value(shipOrder(partly, [...some('1', '4'), ...some('2', '4')]));
const states: Record<OrderState['status'], OrderState> = {
  received,
  'awaiting-decision': value(awaitDecision(received)),
  held: value(holdOrder(received, [hold])),
  decided,
  rejected: value(decideOrder(received, decision('reject'))),
  'partly-shipped': partly,
  shipped,
  invoiced: value(invoiceOrder(shipped, [...some('1', '10'), ...some('2', '4')])),
  cancelled: value(cancelOrder(received)),
};

test.each(Object.entries(states))('%s is reached', (status, state) => expect(state.status).toBe(status));

const steps: Record<string, (state: OrderState) => Outcome<OrderState>> = {
  await: awaitDecision,
  hold: (state) => holdOrder(state, [hold]),
  accept: (state) => decideOrder(state, decision('accept')),
  reject: (state) => decideOrder(state, decision('reject')),
  ship: (state) => shipOrder(state, some('2', '1')),
  bill: (state) => invoiceOrder(state, some('1', '1')),
  cancel: cancelOrder,
  replace: (state) => replaceOrder(state, order),
};

/** Every step from every state: where it leads, or why it is refused. */
test.each`
  from                   | await                  | hold                   | accept                 | reject                 | ship                            | bill                     | cancel              | replace
  ${'received'}          | ${'awaiting-decision'} | ${'held'}              | ${'decided'}           | ${'rejected'}          | ${'shipment/order-not-decided'} | ${'state/not-allowed'}   | ${'cancelled'}      | ${'received'}
  ${'awaiting-decision'} | ${'state/not-allowed'} | ${'held'}              | ${'decided'}           | ${'rejected'}          | ${'shipment/order-not-decided'} | ${'state/not-allowed'}   | ${'cancelled'}      | ${'received'}
  ${'held'}              | ${'state/not-allowed'} | ${'held'}              | ${'decided'}           | ${'rejected'}          | ${'shipment/order-not-decided'} | ${'state/not-allowed'}   | ${'cancelled'}      | ${'received'}
  ${'decided'}           | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'partly-shipped'}             | ${'invoice/not-shipped'} | ${'cancelled'}      | ${'received'}
  ${'partly-shipped'}    | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'partly-shipped'}             | ${'partly-shipped'}      | ${'state/too-late'} | ${'state/too-late'}
  ${'shipped'}           | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'shipment/over-shipped'}      | ${'shipped'}             | ${'state/too-late'} | ${'state/too-late'}
  ${'invoiced'}          | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'shipment/over-shipped'}      | ${'invoice/not-shipped'} | ${'state/too-late'} | ${'state/too-late'}
  ${'rejected'}          | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'shipment/order-not-decided'} | ${'state/not-allowed'}   | ${'cancelled'}      | ${'received'}
  ${'cancelled'}         | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'state/not-allowed'} | ${'shipment/order-not-decided'} | ${'state/not-allowed'}   | ${'cancelled'}      | ${'state/too-late'}
`('from $from', ({ from, ...expected }) => {
  const state = states[from as OrderState['status']];
  const reached = Object.fromEntries(
    Object.entries(steps).map(([name, step]) => {
      const outcome = step(state);
      return [name, outcome.ok ? outcome.value.status : outcome.findings[0]?.code];
    }),
  );
  expect(reached).toEqual(expected);
});

describe('quantities', () => {
  test('a refusal leaves nothing behind and tells every reason', () => {
    const outcome = shipOrder(decided, [...some('1', '11'), ...some('9', '1'), ...some('2', '5')]);
    expect(codes(outcome)).toEqual(['shipment/unknown-line', 'shipment/over-shipped', 'shipment/over-shipped']);
    expect(decided.lines.map((line) => line.shipped)).toEqual(['0', '0']);
  });
  test('one line told twice counts as one', () => {
    expect(codes(shipOrder(decided, [...some('1', '6'), ...some('1', '5')]))).toEqual(['shipment/over-shipped']);
  });
  test.each`
    percent | quantity   | fine
    ${'0'}  | ${'10.01'} | ${false}
    ${'5'}  | ${'10.5'}  | ${true}
    ${'5'}  | ${'10.51'} | ${false}
  `('$percent percent over ten allows $quantity: $fine', ({ percent, quantity, fine }) => {
    expect(shipOrder(decided, some('1', quantity), percent).ok).toBe(fine);
  });
  test('what was shipped over the promise is billed, and the order is done', () => {
    const over = value(shipOrder(decided, [...some('1', '10.5'), ...some('2', '4')], '5'));
    expect(over.status).toBe('shipped');
    expect(value(invoiceOrder(over, [...some('1', '10.5'), ...some('2', '4')])).status).toBe('invoiced');
  });
  test('a hold of the rules holds the order', () => {
    const held = decideOrder(received, { ...decision('accept'), verdict: 'held', holds: [hold] });
    expect(held.ok && held.value).toMatchObject({ status: 'held', holds: [hold] });
  });
  test('a decision that leaves a line out does not count', () => {
    const half = { ...decision('accept'), lines: decision('accept').lines.slice(0, 1) };
    expect(codes(decideOrder(received, half))).toEqual(['decision/line-missing']);
  });
});

test('whatever happens: promised ≥ shipped ≥ invoiced ≥ 0, and done means done', () => {
  const anyStep = fc.record({
    what: fc.constantFrom('ship', 'bill'),
    line: fc.constantFrom('1', '2', '3'),
    quantity: fc.integer({ min: 1, max: 12 }).map(String),
  });
  fc.assert(
    fc.property(fc.array(anyStep, { maxLength: 30 }), (all) => {
      const end = all.reduce((state, { what, line, quantity }) => {
        const outcome =
          what === 'ship' ? shipOrder(state, some(line, quantity)) : invoiceOrder(state, some(line, quantity));
        return outcome.ok ? outcome.value : state;
      }, decided);
      for (const line of end.lines) {
        expect(compareDecimals(line.promised, line.shipped)).toBeGreaterThanOrEqual(0);
        expect(compareDecimals(line.shipped, line.invoiced)).toBeGreaterThanOrEqual(0);
        expect(compareDecimals(line.invoiced, '0')).toBeGreaterThanOrEqual(0);
      }
      const open = end.lines.some((line) => openPromise(line) !== '0');
      const unbilled = end.lines.some((line) => line.shipped !== line.invoiced);
      expect(end.status === 'invoiced').toBe(!open && !unbilled);
      expect(end.status === 'shipped').toBe(!open && unbilled);
    }),
  );
});
