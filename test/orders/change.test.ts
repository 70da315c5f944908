import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareDecimals, sumDecimals } from '../../src/core/decimal.ts';
import type { OrderChange, OrderChangeLine } from '../../src/documents/order-change.ts';
import { validateDocument } from '../../src/documents/validate.ts';
import { type ChangePolicy, planChange } from '../../src/orders/change.ts';
import { changeVerdict, toChangeResponse } from '../../src/orders/change-response.ts';
import { decideByRules } from '../../src/orders/decide.ts';
import { changeOrder, decideChangeByRules } from '../../src/orders/decide-change.ts';
import { checkDecision } from '../../src/orders/decision.ts';
import type { Outcome } from '../../src/orders/finding.ts';
import { toInvoice } from '../../src/orders/invoice.ts';
import { indexItems } from '../../src/orders/items.ts';
import {
  decideOrder,
  invoiceOrder,
  type OrderState,
  pickOrder,
  receivedOrder,
  shipOrder,
} from '../../src/orders/order-state.ts';
import { toShipNotice } from '../../src/orders/ship-notice.ts';
import { lamp, lineOf, orderOf, policy, today } from './orders.ts';

const items = indexItems([lamp]);
const order = orderOf([lineOf('10'), lineOf('4', { number: '2' })]);
const value = <T>(outcome: Outcome<T>): T => {
  if (!outcome.ok) throw new Error(outcome.findings.map(({ message }) => message).join(' '));
  return outcome.value;
};
const former = decideByRules(order, items, policy, today);
const decided = value(decideOrder(receivedOrder(order), former));
const some = (line: string, quantity: string) => [{ line, quantity }];
const shippedAll = value(shipOrder(decided, [...some('1', '10'), ...some('2', '4')]));
const states: Record<string, OrderState> = {
  received: receivedOrder(order),
  decided,
  'picked 6': value(pickOrder(decided, some('1', '6'))),
  'shipped 6': value(shipOrder(decided, some('1', '6'))),
  'shipped 10': value(shipOrder(decided, some('1', '10'))),
  shipped: shippedAll,
  invoiced: value(invoiceOrder(shippedAll, [...some('1', '10'), ...some('2', '4')])),
};
const agreed: ChangePolicy = { quantityMeans: 'total', onPartlyCommitted: 'take-back-rest' };

const line = (action: string, more: Partial<OrderChangeLine> = {}): OrderChangeLine => ({
  number: '1',
  action: { code: action },
  ...more,
});
const quantity = (of: string) => ({ quantity: { value: of, unit: { code: 'each', original: 'EA' } } });
const price = (amount: string) => ({ price: { amount } });
const on = (day: string) => ({ dates: [{ kind: { code: 'ship-requested' }, at: day }] });
const changeOf = (lines: readonly OrderChangeLine[], more: Partial<OrderChange> = {}): OrderChange => ({
  orderNumber: 'PO-1001',
  number: 'C1',
  purpose: { code: 'change' },
  lines: [...lines],
  ...more,
});
const plan = (state: string, change: OrderChange, more: Partial<ChangePolicy> = {}) =>
  planChange(order, states[state] ?? decided, change, { ...agreed, ...more });
const told = (made: ReturnType<typeof plan>) =>
  made.lines.map(({ outcome, ordered }) => `${outcome} ${ordered}`).join(', ');
const added = line('add', { ...lineOf('5'), number: '3', action: { code: 'add' } });

/** One line's change against every state of the order: what becomes of it, and what is then ordered of line 1. */
test.each`
  what                    | change                                                                | received          | decided           | picked6               | shipped6              | shipped10         | shipped
  ${'add'}                | ${added}                                                              | ${'applied 5'}    | ${'applied 5'}    | ${'applied 5'}        | ${'applied 5'}        | ${'applied 5'}    | ${'too-late 0'}
  ${'add a known line'}   | ${line('add', quantity('5'))}                                         | ${'refused 10'}   | ${'refused 10'}   | ${'refused 10'}       | ${'refused 10'}       | ${'refused 10'}   | ${'refused 10'}
  ${'add nothing'}        | ${line('add', { number: '3' })}                                       | ${'refused 0'}    | ${'refused 0'}    | ${'refused 0'}        | ${'refused 0'}        | ${'refused 0'}    | ${'too-late 0'}
  ${'delete'}             | ${line('delete')}                                                     | ${'applied 0'}    | ${'applied 0'}    | ${'partly-applied 6'} | ${'partly-applied 6'} | ${'too-late 10'}  | ${'too-late 10'}
  ${'delete an unknown'}  | ${line('delete', { number: '9' })}                                    | ${'refused 0'}    | ${'refused 0'}    | ${'refused 0'}        | ${'refused 0'}        | ${'refused 0'}    | ${'refused 0'}
  ${'more'}               | ${line('increase', quantity('12'))}                                   | ${'applied 12'}   | ${'applied 12'}   | ${'applied 12'}       | ${'applied 12'}       | ${'applied 12'}   | ${'too-late 10'}
  ${'more that is less'}  | ${line('increase', quantity('8'))}                                    | ${'refused 10'}   | ${'refused 10'}   | ${'refused 10'}       | ${'refused 10'}       | ${'refused 10'}   | ${'refused 10'}
  ${'less'}               | ${line('decrease', quantity('7'))}                                    | ${'applied 7'}    | ${'applied 7'}    | ${'applied 7'}        | ${'applied 7'}        | ${'too-late 10'}  | ${'too-late 10'}
  ${'less than has left'} | ${line('decrease', quantity('2'))}                                    | ${'applied 2'}    | ${'applied 2'}    | ${'partly-applied 6'} | ${'partly-applied 6'} | ${'too-late 10'}  | ${'too-late 10'}
  ${'less than nothing'}  | ${line('decrease', quantity('-2'))}                                   | ${'refused 10'}   | ${'refused 10'}   | ${'refused 10'}       | ${'refused 10'}       | ${'refused 10'}   | ${'refused 10'}
  ${'so many still'}      | ${line('decrease', { left: { value: '1' } })}                         | ${'applied 1'}    | ${'applied 1'}    | ${'applied 7'}        | ${'applied 7'}        | ${'refused 10'}   | ${'refused 10'}
  ${'price'}              | ${line('change-price', price('11'))}                                  | ${'applied 10'}   | ${'applied 10'}   | ${'too-late 10'}      | ${'too-late 10'}      | ${'too-late 10'}  | ${'too-late 10'}
  ${'the price it had'}   | ${line('change-price', price('12.5'))}                                | ${'unchanged 10'} | ${'unchanged 10'} | ${'unchanged 10'}     | ${'unchanged 10'}     | ${'unchanged 10'} | ${'unchanged 10'}
  ${'no price'}           | ${line('change-price', price('-1'))}                                  | ${'refused 10'}   | ${'refused 10'}   | ${'refused 10'}       | ${'refused 10'}       | ${'refused 10'}   | ${'refused 10'}
  ${'day'}                | ${line('reschedule', on('2026-04-01'))}                               | ${'applied 10'}   | ${'applied 10'}   | ${'applied 10'}       | ${'applied 10'}       | ${'too-late 10'}  | ${'too-late 10'}
  ${'quantity and price'} | ${line('change', { ...quantity('9'), ...price('1') })}                | ${'applied 9'}    | ${'applied 9'}    | ${'too-late 10'}      | ${'too-late 10'}      | ${'too-late 10'}  | ${'too-late 10'}
  ${'another product'}    | ${line('replace', { ...quantity('10'), products: [{ value: 'X' }] })} | ${'applied 10'}   | ${'applied 10'}   | ${'too-late 10'}      | ${'too-late 10'}      | ${'too-late 10'}  | ${'too-late 10'}
  ${'nothing'}            | ${line('none', quantity('99'))}                                       | ${'unchanged 10'} | ${'unchanged 10'} | ${'unchanged 10'}     | ${'unchanged 10'}     | ${'unchanged 10'} | ${'unchanged 10'}
  ${'a price in passing'} | ${line('increase', { ...quantity('12'), ...price('1') })}             | ${'applied 12'}   | ${'applied 12'}   | ${'applied 12'}       | ${'applied 12'}       | ${'applied 12'}   | ${'too-late 10'}
`('$what', ({ change, received, decided: asDecided, picked6, shipped6, shipped10, shipped }) => {
  expect({
    received: told(plan('received', changeOf([change]))),
    decided: told(plan('decided', changeOf([change]))),
    picked6: told(plan('picked 6', changeOf([change]))),
    shipped6: told(plan('shipped 6', changeOf([change]))),
    shipped10: told(plan('shipped 10', changeOf([change]))),
    shipped: told(plan('shipped', changeOf([change]))),
  }).toEqual({ received, decided: asDecided, picked6, shipped6, shipped10, shipped });
});

describe('by agreement', () => {
  test('a quantity of an increase or decrease is the difference', () => {
    const difference = { quantityMeans: 'difference' as const };
    expect(told(plan('decided', changeOf([line('increase', quantity('3'))]), difference))).toBe('applied 13');
    expect(told(plan('decided', changeOf([line('decrease', quantity('3'))]), difference))).toBe('applied 7');
    expect(told(plan('decided', changeOf([line('decrease', quantity('30'))]), difference))).toBe('refused 10');
    expect(told(plan('decided', changeOf([line('change', quantity('3'))]), difference))).toBe('applied 3');
  });

  test('a line of which part has left is not taken back at all', () => {
    const refuse = { onPartlyCommitted: 'refuse' as const };
    expect(told(plan('shipped 6', changeOf([line('delete')]), refuse))).toBe('too-late 10');
    expect(told(plan('shipped 6', changeOf([line('decrease', quantity('2'))]), refuse))).toBe('too-late 10');
  });
});

describe('a whole order', () => {
  test('is cancelled line by line: what has left stays', () => {
    const cancel = changeOf([], { purpose: { code: 'cancel' } });
    expect(told(plan('decided', cancel))).toBe('applied 0, applied 0');
    const made = plan('shipped 6', cancel);
    expect(told(made)).toBe('partly-applied 6, applied 0');
    expect(made.order.lines.map(({ number, quantity }) => [number, quantity?.value])).toEqual([['1', '6']]);
    expect(plan('invoiced', cancel).applies).toBe(false);
  });

  test('is replaced: named lines become as they are told, the others are taken back', () => {
    const made = plan('decided', changeOf([line('change', quantity('11')), added], { purpose: { code: 'replace' } }));
    expect(told(made)).toBe('applied 11, applied 5, applied 0');
    expect(made.order.lines.map(({ number }) => number)).toEqual(['1', '3']);
  });

  test('whose header alone changes is a new version with nothing to promise anew', () => {
    const made = plan('decided', changeOf([], { dates: [{ kind: { code: 'ship-not-after' }, at: '2026-05-01' }] }));
    expect([made.applies, made.reopened.size, made.order.dates]).toEqual([
      true,
      0,
      [{ kind: { code: 'ship-not-after' }, at: '2026-05-01' }],
    ]);
  });

  test.each(['cancelled', 'rejected'] as const)('that is %s has nothing to change', (status) => {
    const made = planChange(order, { ...decided, status }, changeOf([line('delete')]), agreed);
    expect([made.applies, made.findings.map(({ code }) => code)]).toEqual([false, ['state/not-allowed']]);
  });

  test('names a line twice: the second is refused', () => {
    expect(told(plan('decided', changeOf([line('delete'), line('increase', quantity('12'))])))).toBe(
      'applied 0, refused 10',
    );
  });
});

const decide = (made: ReturnType<typeof plan>, state: OrderState) =>
  decideChangeByRules(made, state, former, items, policy, today);

describe('decided by rules', () => {
  test('only what is open is promised anew, and what has left keeps its promise', () => {
    const state = states['shipped 6'] ?? decided;
    const made = plan('shipped 6', changeOf([line('increase', quantity('120'))]));
    const decision = decide(made, state);
    expect(decision.lines[0]?.promises.map(({ status, quantity: of }) => `${status} ${of}`)).toEqual([
      'accepted 6',
      'accepted 100',
      'backordered 14',
    ]);
    expect(decision.reservations.map(({ quantity: of }) => of)).toEqual(['60', '40']);
    const after = value(changeOrder(state, made, 'C1', decision));
    expect(after).toMatchObject({ version: 2, change: 'C1', status: 'partly-shipped' });
    expect(after.lines[0]).toMatchObject({ ordered: '120', promised: '120', picked: '6', shipped: '6' });
  });

  test('everything taken back is a cancelled order', () => {
    const made = plan('decided', changeOf([line('delete'), line('delete', { number: '2' })]));
    expect(value(changeOrder(decided, made, null, decide(made, decided))).status).toBe('cancelled');
  });

  test('less than was shipped of one line and nothing of the other is shipped', () => {
    const state = states['shipped 6'] ?? decided;
    const made = plan('shipped 6', changeOf([], { purpose: { code: 'cancel' } }));
    expect(value(changeOrder(state, made, null, decide(made, state))).status).toBe('shipped');
  });

  test('a price nobody agreed holds the change, and nothing moves', () => {
    const made = plan('decided', changeOf([line('change-price', price('2'))]));
    const held = decideChangeByRules(made, decided, former, items, { ...policy, onPriceMismatch: 'hold' }, today);
    expect(held.verdict).toBe('held');
    expect(changeOrder(decided, made, 'C1', held).ok).toBe(false);
  });
});

describe('the answer', () => {
  const answer = (state: string, change: OrderChange) => {
    const made = plan(state, change);
    const decision = made.applies && state !== 'received' ? decide(made, states[state] ?? decided) : null;
    return toChangeResponse(order, change, made, decision, { respondedOn: today });
  };

  test.each([
    ['decided', changeOf([line('decrease', quantity('7'))]), 'accepted'],
    ['decided', changeOf([line('increase', quantity('200'))]), 'accepted-with-changes'],
    ['shipped 6', changeOf([line('delete')]), 'accepted-with-changes'],
    ['shipped 10', changeOf([line('delete')]), 'rejected'],
    ['decided', changeOf([line('delete'), line('delete', { number: '9' })]), 'accepted-with-changes'],
  ])('to a change of an order that is %s', (state, change, verdict) => {
    const response = answer(state, change);
    expect(response.verdict).toEqual({ code: verdict });
    expect(response).toMatchObject({ orderNumber: 'PO-1001', change: 'C1', purpose: { code: 'change' } });
    expect(validateDocument('order-response', response)).toMatchObject({ valid: true });
  });

  test('to one that is too late tells what has left', () => {
    const [late] = answer('shipped 10', changeOf([line('delete')])).lines;
    expect(late).toMatchObject({
      number: '1',
      action: { code: 'delete' },
      quantity: { value: '10' },
      left: { value: '0' },
      shipped: { value: '10' },
      promises: [{ status: { code: 'rejected' }, quantity: '10', reason: { code: 'too-late' } }],
    });
  });
});

test('what is promised anew just as what has left was promised is one part of the answer', () => {
  const state = states['shipped 6'] ?? decided;
  const change = changeOf([line('increase', quantity('120'))]);
  const made = plan('shipped 6', change);
  const response = toChangeResponse(order, change, made, decide(made, state), { respondedOn: today });
  // 6 have left and 100 are on the shelf; an ORDRSP has room for one accepted part.
  expect(response.lines[0]?.promises?.map(({ status, quantity: of }) => `${status.code} ${of}`)).toEqual([
    'accepted 106',
    'backordered 14',
  ]);
});

const anyLine: fc.Arbitrary<OrderChangeLine> = fc.record(
  {
    number: fc.constantFrom('1', '2', '3', '9'),
    action: fc
      .constantFrom('add', 'delete', 'change', 'increase', 'decrease', 'change-price', 'reschedule', 'replace')
      .map((code) => ({ code })),
    quantity: fc.integer({ min: 0, max: 150 }).map((of) => ({ value: `${of}` })),
    left: fc.integer({ min: 0, max: 20 }).map((of) => ({ value: `${of}` })),
    price: fc.constantFrom('12.50', '11', '0').map((amount) => ({ amount })),
    products: fc.constantFrom([...(lineOf('1').products ?? [])]),
  },
  { requiredKeys: ['number', 'action'] },
);

test('whatever is asked: what has left stays ordered and promised, promises add up, a refusal changes nothing', () => {
  fc.assert(
    fc.property(
      fc.array(anyLine, { maxLength: 5 }),
      fc.constantFrom(...Object.keys(states).filter((name) => name !== 'received')),
      fc.constantFrom('change', 'cancel', 'replace'),
      fc.constantFrom<ChangePolicy['onPartlyCommitted']>('take-back-rest', 'refuse'),
      (lines: OrderChangeLine[], name, purpose, onPartlyCommitted) => {
        const state = states[name] ?? decided;
        const made = plan(name, changeOf(lines, { purpose: { code: purpose } }), { onPartlyCommitted });
        if (!made.applies) {
          expect(made.order).toBe(order);
          return;
        }
        const decision = decide(made, state);
        expect(checkDecision(made.order, decision).filter(({ code }) => code === 'decision/promises-differ')).toEqual(
          [],
        );
        const after = value(changeOrder(state, made, 'C1', decision));
        for (const before of state.lines.filter(({ shipped }) => compareDecimals(shipped, '0') > 0)) {
          const now = after.lines.find(({ line: key }) => key === before.line);
          expect(now).toMatchObject({ shipped: before.shipped, invoiced: before.invoiced });
          expect(compareDecimals(now?.ordered ?? '0', before.shipped)).toBeGreaterThanOrEqual(0);
          expect(compareDecimals(now?.promised ?? '0', before.shipped)).toBeGreaterThanOrEqual(0);
        }
        const response = toChangeResponse(order, changeOf(lines), made, decision, { respondedOn: today });
        expect(response.verdict.code).toBe(changeVerdict(made, decision));
        for (const decidedLine of decision.lines) {
          expect(
            compareDecimals(sumDecimals(decidedLine.promises.map((promise) => promise.quantity)), decidedLine.ordered),
          ).toBe(0);
        }
      },
    ),
    { numRuns: 500 },
  );
});

test('goods and invoices name the change whose version they fulfil', () => {
  const made = plan('shipped 6', changeOf([line('increase', quantity('12'))]));
  const state = value(
    changeOrder(states['shipped 6'] ?? decided, made, 'C1', decide(made, states['shipped 6'] ?? decided)),
  );
  const request = { shipment: 'S2', lines: [{ line: '1', quantity: '6' }] };
  const notice = toShipNotice([made.order], request, {
    number: 'S2',
    createdAt: `${today}T08:00`,
    shippedOn: today,
    ssccs: [],
    changes: new Map([['PO-1001', state.change ?? '']]),
  });
  expect(notice.orders).toMatchObject([{ number: 'PO-1001', change: 'C1' }]);
  const shipped = value(shipOrder(state, some('1', '6')));
  const goods = (shipment: string, change: string | null) => ({
    shipment,
    shippedOn: today,
    change,
    quantities: some('1', '6'),
  });
  const context = { number: 'I1', issuedOn: today, rounding: { each: 'line' as const, places: 2 }, currency: 'USD' };
  const bill = (...shipments: ReturnType<typeof goods>[]) =>
    value(toInvoice(made.order, shipped, shipments, context)).invoice;
  expect([bill(goods('S1', null)).change, bill(goods('S1', null), goods('S2', 'C1')).change]).toEqual([
    undefined,
    'C1',
  ]);
});
