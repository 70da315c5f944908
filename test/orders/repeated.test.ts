import { describe, expect, test } from 'vitest';
import type { OrderLine } from '../../src/documents/order.ts';
import type { OrderChangeLine } from '../../src/documents/order-change.ts';
import { planChange } from '../../src/orders/change.ts';
import { offeredPart, wholeDecision } from '../../src/orders/decide-change.ts';
import { decisionFrom } from '../../src/orders/decision.ts';
import { decideOrder, pickOrder, receivedOrder } from '../../src/orders/order-state.ts';
import { lineOf, orderOf } from './orders.ts';

/*
 * A change repeats most of a line, and often carelessly: the price without its basis, the quantity without its unit, one id of three. What is left
 * out is as it was ordered.
 */
const hundred = { amount: '12.5', basis: { code: 'hundred', original: 'HP' }, per: '100' };
const each = { amount: '12.5', basis: { code: 'each', original: 'PE' }, per: '1' };
const pound = { amount: '12.5', basis: { code: 'pound', original: 'PP' } };
const pieces = { amount: '425', per: '100', perUnit: { code: 'piece', original: 'PCE' } };
const unit = (code: string) => ({ code });
const agreed = { quantityMeans: 'total', onPartlyCommitted: 'take-back-rest' } as const;

const planOf = (line: Partial<OrderLine>, action: string, more: Partial<OrderChangeLine>, picked = '0') => {
  const order = orderOf([lineOf('150', line)]);
  const received = receivedOrder(order);
  const decision = decisionFrom(order, { decision: 'accept' });
  const decided = decision.ok ? decideOrder(received, decision.value) : decision;
  const state = decided.ok && picked !== '0' ? pickOrder(decided.value, [{ line: '1', quantity: picked }]) : decided;
  if (!decision.ok || !state.ok) throw new Error('the order is not decided');
  const change = {
    orderNumber: order.number,
    purpose: { code: 'change' },
    lines: [{ number: '1', action: { code: action }, ...more }],
  };
  const plan = planChange(order, state.value, change, agreed);
  return { order, state: state.value, former: decision.value, plan, line: plan.order.lines[0] };
};
const to = (value: string, code?: string) => ({
  quantity: { value, ...(code !== undefined && { unit: unit(code) }) },
});

describe('a price', () => {
  test.each`
    ordered               | action            | told                                                                                              | outcome        | then
    ${hundred}            | ${'decrease'}     | ${{ ...to('100'), price: { amount: '12.50' } }}                                                   | ${'applied'}   | ${hundred}
    ${hundred}            | ${'increase'}     | ${{ ...to('200'), price: { amount: '13' } }}                                                      | ${'applied'}   | ${hundred}
    ${hundred}            | ${'decrease'}     | ${{ ...to('100'), price: { ...each, amount: '1' } }}                                              | ${'applied'}   | ${hundred}
    ${hundred}            | ${'reschedule'}   | ${{ dates: [{ kind: { code: 'ship-requested' }, at: '2026-04-01' }], price: { amount: '12.5' } }} | ${'applied'}   | ${hundred}
    ${hundred}            | ${'change'}       | ${{ ...to('100'), price: { amount: '12.5' } }}                                                    | ${'applied'}   | ${hundred}
    ${hundred}            | ${'change'}       | ${{ ...to('100'), price: { amount: '13' } }}                                                      | ${'refused'}   | ${hundred}
    ${hundred}            | ${'change-price'} | ${{ price: { amount: '13' } }}                                                                    | ${'refused'}   | ${hundred}
    ${hundred}            | ${'change-price'} | ${{ price: { amount: '12.5' } }}                                                                  | ${'unchanged'} | ${hundred}
    ${hundred}            | ${'change-price'} | ${{ price: { ...hundred, amount: '13' } }}                                                        | ${'applied'}   | ${{ ...hundred, amount: '13' }}
    ${hundred}            | ${'change-price'} | ${{ price: each }}                                                                                | ${'applied'}   | ${each}
    ${hundred}            | ${'replace'}      | ${{ ...to('100'), price: { amount: '12.5' } }}                                                    | ${'applied'}   | ${hundred}
    ${each}               | ${'decrease'}     | ${{ ...to('100'), price: { amount: '12.5' } }}                                                    | ${'applied'}   | ${each}
    ${each}               | ${'change-price'} | ${{ price: { amount: '13' } }}                                                                    | ${'applied'}   | ${{ ...each, amount: '13' }}
    ${pound}              | ${'change'}       | ${{ ...to('100'), price: { amount: '12.5' } }}                                                    | ${'applied'}   | ${pound}
    ${pound}              | ${'change-price'} | ${{ price: { amount: '13' } }}                                                                    | ${'refused'}   | ${pound}
    ${pound}              | ${'change-price'} | ${{ price: each }}                                                                                | ${'applied'}   | ${each}
    ${pieces}             | ${'change'}       | ${{ ...to('80'), price: { amount: '425' } }}                                                      | ${'applied'}   | ${pieces}
    ${pieces}             | ${'change'}       | ${{ ...to('80'), price: { amount: '425', per: '100' } }}                                          | ${'applied'}   | ${pieces}
    ${pieces}             | ${'change'}       | ${{ ...to('80'), price: { amount: '430' } }}                                                      | ${'refused'}   | ${pieces}
    ${{ amount: '12.5' }} | ${'change-price'} | ${{ price: each }}                                                                                | ${'unchanged'} | ${{ amount: '12.5' }}
    ${{ amount: '12.5' }} | ${'change-price'} | ${{ price: hundred }}                                                                             | ${'applied'}   | ${hundred}
  `('$ordered by $action $told is $outcome', ({ ordered, action, told, outcome, then }) => {
    const { plan, line } = planOf({ price: ordered }, action, told);
    expect([plan.lines[0]?.outcome, line?.price]).toEqual([outcome, then]);
  });

  test('that is unclear is a finding that says what was ordered, and nothing of the line changes', () => {
    const { plan, line } = planOf({ price: hundred }, 'change', { ...to('100'), price: { amount: '13' } });
    expect(plan.findings).toMatchObject([
      {
        code: 'change/line-invalid',
        message: 'Line 1: the price 13 does not say what it is for; 12.5 for 100 was ordered.',
      },
    ]);
    expect([plan.applies, line?.quantity?.value]).toEqual([false, '150']);
  });

  test('a back office acknowledged stays, when it says yes to another quantity', () => {
    const { order, state, former, plan } = planOf({ price: hundred }, 'decrease', to('100'));
    const acknowledged = { ...hundred, amount: '13' };
    const lines = state.lines.map((line) => ({ ...line, price: acknowledged }));
    const decided = decisionFrom(offeredPart(plan, { ...state, lines }, order), { decision: 'accept' });
    if (!decided.ok) throw new Error('not decided');
    expect(wholeDecision(plan, state, former, decided.value).lines[0]?.price).toEqual(acknowledged);
    const asked = planOf({ price: hundred }, 'change-price', { price: { ...hundred, amount: '14' } });
    const then = offeredPart(asked.plan, { ...state, lines }, asked.order);
    expect(then.lines[0]?.price).toEqual({ ...hundred, amount: '14' });
  });
});

describe('a unit', () => {
  test.each`
    action            | told                                                | picked | outcome       | then
    ${'decrease'}     | ${to('100')}                                        | ${'0'} | ${'applied'}  | ${'100 each'}
    ${'decrease'}     | ${to('100', 'piece')}                               | ${'0'} | ${'applied'}  | ${'100 piece'}
    ${'decrease'}     | ${to('10', 'case')}                                 | ${'0'} | ${'refused'}  | ${'150 each'}
    ${'change'}       | ${to('150', 'case')}                                | ${'0'} | ${'applied'}  | ${'150 case'}
    ${'change'}       | ${to('160', 'case')}                                | ${'6'} | ${'too-late'} | ${'150 each'}
    ${'change-price'} | ${{ ...to('10', 'case'), price: { amount: '11' } }} | ${'0'} | ${'applied'}  | ${'150 each'}
  `('$action $told of which $picked are picked is $outcome', ({ action, told, picked, outcome, then }) => {
    const { plan, line } = planOf({ quantity: { value: '150', unit: unit('each') } }, action, told, picked);
    expect([plan.lines[0]?.outcome, `${line?.quantity?.value} ${line?.quantity?.unit?.code}`]).toEqual([outcome, then]);
  });
});

describe('products', () => {
  const ids = (...all: string[]) => all.map((one) => ({ scheme: { code: one[0] ?? '' }, value: one }));
  test.each`
    action            | told         | outcome      | then
    ${'decrease'}     | ${ids('b2')} | ${'applied'} | ${ids('a1', 'b2')}
    ${'decrease'}     | ${ids('b9')} | ${'refused'} | ${ids('a1', 'b2')}
    ${'delete'}       | ${ids('b9')} | ${'refused'} | ${ids('a1', 'b2')}
    ${'change-price'} | ${ids('b9')} | ${'refused'} | ${ids('a1', 'b2')}
    ${'change'}       | ${ids('b2')} | ${'applied'} | ${ids('a1', 'b2')}
    ${'change'}       | ${ids('c3')} | ${'applied'} | ${ids('a1', 'b2', 'c3')}
    ${'change'}       | ${ids('b9')} | ${'applied'} | ${ids('b9')}
    ${'replace'}      | ${ids('b2')} | ${'applied'} | ${ids('b2')}
  `('$action that names $told is $outcome', ({ action, told, outcome, then }) => {
    const { plan, line } = planOf({ products: ids('a1', 'b2') }, action, { ...to('100'), products: told });
    expect([plan.lines[0]?.outcome, line?.products]).toEqual([outcome, then]);
  });

  test('of another line are too late for goods that are picked', () => {
    const { plan } = planOf({ products: ids('b2') }, 'change', { ...to('160'), products: ids('b9') }, '6');
    expect(plan.lines[0]?.outcome).toBe('too-late');
  });
});
