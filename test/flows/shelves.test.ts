import { expect, test } from 'vitest';
import { line850, order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';

test('orders that are decided together are promised no more than there is', async () => {
  const on = await testGateway();
  // 60 pieces on two shelves, and 24 orders that want four each: they are decided in one transaction, or in a few.
  for (let index = 0; index < 24; index++)
    await on.receive('brightmart/folder', order850(`SCARCE-${index}`, 1 + index, [line850(1, 4, '24', 'HT-3001')]));
  await on.settleAtOnce(24);
  expect(on.failures).toEqual([]);
  expect(
    await on.rows(
      `select sum(s.reserved)::int as reserved, bool_and(s.reserved <= s.on_hand) as enough,
         (select sum(quantity)::int from reservation) as held from item_stock s
       where s.item_id = 'HT-3001' and s.usage = 'production'`,
    ),
  ).toEqual([{ reserved: 60, enough: true, held: 60 }]);
});
