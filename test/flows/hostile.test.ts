import { describe, expect, test } from 'vitest';
import { postShipment } from '../../src/flows/orders/post-shipment.ts';
import { batchLimits } from '../../src/flows/split/batch.ts';
import { openSplitter } from '../../src/flows/split/split.ts';
import { isa, order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';

describe('what a hostile partner or a careless back office found', async () => {
  const gateway = await testGateway();
  const { context, database } = gateway;

  test('sets outside any group get no 997 that nobody could write', async () => {
    const whole = order850('HOSTILE-1', 901);
    const [, set = ''] = /(ST\*850.*SE\*\d+\*0001~)/.exec(whole) ?? [];
    const group = whole.slice(whole.indexOf('GS*'), whole.indexOf('IEA*'));
    await gateway.receive(
      'brightmart/folder',
      `${isa(901)}${group}${set.replaceAll('HOSTILE-1', 'HOSTILE-2')}IEA*1*000000901~`,
    );
    await gateway.settle();
    expect(gateway.failures).toEqual([]);
    expect(await gateway.rows(`select kind from work where state = 'parked'`)).toEqual([]);
  });

  test('a shipment whose notice cannot be written is refused, and changes nothing', async () => {
    await gateway.receive('brightmart/folder', order850('HOSTILE-3', 902));
    await gateway.settle();
    const [order] = await gateway.rows<{ id: string; body: unknown }>(
      `select id, body from purchase_order where number = 'HOSTILE-3'`,
    );
    const posted = await database.inTransaction((tx) =>
      postShipment(
        context,
        tx,
        order?.id ?? '',
        { shipment: '0', lines: [{ line: '1', quantity: '1' }] },
        'back-office',
      ),
    );
    expect(posted.ok ? [] : posted.findings).toContainEqual(
      expect.objectContaining({ code: 'document/unwritable', message: expect.stringContaining('ship-notice 0') }),
    );
    expect(await gateway.rows('select id from shipment')).toEqual([]);
    expect(await gateway.rows(`select body from purchase_order where number = 'HOSTILE-3'`)).toEqual([
      { body: order?.body },
    ]);
    expect(
      await gateway.rows(`select sum(quantity)::text as reserved from reservation where order_id = $1`, order?.id),
    ).toEqual([{ reserved: '10' }]);
  });
});

test('a file of bare interchange headers is read to its limit, and what is over is told, not stored', async () => {
  const gateway = await testGateway();
  const splitter = openSplitter(gateway.context, { ...batchLimits, rowsMax: 50, interchangesMax: 120 });
  await gateway.receive('brightmart/folder', Array.from({ length: 5_000 }, (_, index) => isa(index + 1)).join(''));
  const [work] = await gateway.claim();
  if (work === undefined) throw new Error('nothing to split');
  await splitter(work);
  expect(await gateway.rows('select count(*)::int as count, max(ordinal) as last from interchange')).toEqual([
    { count: 120, last: 120 },
  ]);
  expect(
    await gateway.rows(
      `select body ->> 'code' as code, (body ->> 'byteOffset')::int as at, interchange_id from problem where interchange_id is null`,
    ),
  ).toEqual([{ code: 'file/too-many-interchanges', at: 120 * isa(1).length, interchange_id: null }]);
  expect(await gateway.rows('select state from raw_file')).toEqual([{ state: 'read' }]);
});
