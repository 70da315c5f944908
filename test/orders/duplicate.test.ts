import { expect, test } from 'vitest';
import { furtherOrder } from '../../src/orders/duplicate.ts';
import { cancelOrder, type OrderState, receivedOrder } from '../../src/orders/order-state.ts';
import { lineOf, orderOf } from './orders.ts';

const fresh = receivedOrder(orderOf([lineOf('10')]));
const first = fresh.lines[0];
const gone: OrderState = {
  ...fresh,
  status: 'partly-shipped',
  lines: first === undefined ? [] : [{ ...first, promised: '10', shipped: '1' }],
};
const cancelled = cancelOrder(fresh);
const known = { none: null, fresh, gone, cancelled: cancelled.ok ? cancelled.value : null } as const;

test.each`
  purpose           | state          | agreed      | act
  ${'original'}     | ${'none'}      | ${'hold'}   | ${'new'}
  ${'replace'}      | ${'none'}      | ${'hold'}   | ${'new'}
  ${'duplicate'}    | ${'none'}      | ${'hold'}   | ${'new'}
  ${'cancel'}       | ${'none'}      | ${'hold'}   | ${'reject'}
  ${'change'}       | ${'none'}      | ${'hold'}   | ${'hold'}
  ${undefined}      | ${'none'}      | ${'hold'}   | ${'hold'}
  ${'original'}     | ${'fresh'}     | ${'hold'}   | ${'hold'}
  ${'original'}     | ${'fresh'}     | ${'reject'} | ${'reject'}
  ${'confirmation'} | ${'fresh'}     | ${'reject'} | ${'reject'}
  ${'duplicate'}    | ${'fresh'}     | ${'reject'} | ${'copy'}
  ${'replace'}      | ${'fresh'}     | ${'reject'} | ${'replace'}
  ${'cancel'}       | ${'fresh'}     | ${'reject'} | ${'cancel'}
  ${'change'}       | ${'fresh'}     | ${'reject'} | ${'hold'}
  ${undefined}      | ${'fresh'}     | ${'reject'} | ${'hold'}
  ${'replace'}      | ${'gone'}      | ${'hold'}   | ${'reject'}
  ${'cancel'}       | ${'gone'}      | ${'hold'}   | ${'reject'}
  ${'duplicate'}    | ${'gone'}      | ${'hold'}   | ${'copy'}
  ${'replace'}      | ${'cancelled'} | ${'hold'}   | ${'reject'}
  ${'cancel'}       | ${'cancelled'} | ${'hold'}   | ${'copy'}
`('$purpose when the first is $state: $act', ({ purpose, state, agreed, act }) => {
  const order = { number: 'PO-1001', purpose: purpose === undefined ? { original: '99' } : { code: purpose } };
  const further = furtherOrder(order, known[state as keyof typeof known], { orderNumber: agreed });
  expect(further.act).toBe(act);
  expect(further.message).toContain('PO-1001');
  expect(further.hold?.reason).toBe(act === 'hold' ? 'duplicate-order' : undefined);
});
