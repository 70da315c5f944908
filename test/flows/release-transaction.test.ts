import { expect, test } from 'vitest';
import { FailureError } from '../../src/core/failure.ts';
import { watchConfiguration } from '../../src/flows/known-configuration.ts';
import { releaseTransaction } from '../../src/flows/release-transaction.ts';
import { runWork } from '../../src/flows/run-work.ts';
import { openSplitter } from '../../src/flows/split/split.ts';
import { line850, order850 } from '../support/brightmart.ts';
import { testGateway } from '../support/gateway.ts';

test('a transaction whose map failed is read again when a person says so, once', async () => {
  const on = await testGateway();
  const broken = {
    ...on.context,
    // Its own: what is known of a partner's rules is kept with the maps it was first asked with.
    configuration: watchConfiguration(on.database, on.clock),
    maps: {
      ...on.context.maps,
      map: () => {
        throw new FailureError('map-broken', 'somebody edits it');
      },
    },
  };
  const run = runWork({ ...on.context, handlers: { ...on.handlers, split: openSplitter(broken) } });
  // The second interchange of the file: its place does not begin with the file's.
  const text = ['PARK-1', 'PARK-2'].map((number, index) =>
    order850(number, index + 1, [line850(1, 1, '12.5', 'HT-1001')]),
  );
  await on.receive('brightmart/folder', text.join('\r\n'));
  for (const work of await on.claim()) await run(work);
  await on.settle();
  const parked = await on.rows<{ id: string }>(
    `select id from transaction where state = 'parked' order by byte_offset`,
  );
  expect(parked).toHaveLength(2);
  expect(await on.rows('select id from document')).toEqual([]);
  const second = parked[1]?.id ?? '';

  const release = (context = on.context) => releaseTransaction(context, second, 'operator:test', 'the map is mended');
  await expect(release(broken)).rejects.toMatchObject({ kind: 'map-broken' });
  expect(await on.rows(`select id from event where type = 'transaction/released'`)).toEqual([]);

  const both = await Promise.allSettled([release(), release()]);
  expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
  await on.settle();
  expect(on.failures).toEqual([]);
  expect(await on.rows('select number, state from purchase_order')).toEqual([{ number: 'PARK-2', state: 'decided' }]);
  expect(await on.rows('select state from transaction where direction = $1 order by byte_offset', 'in')).toEqual([
    { state: 'parked' },
    { state: 'entered' },
  ]);
  expect(await on.rows(`select actor, reason from event where type = 'transaction/released'`)).toEqual([
    { actor: 'operator:test', reason: 'the map is mended' },
  ]);
  await expect(releaseTransaction(on.context, on.context.newId(), 'operator:test', 'x')).rejects.toMatchObject({
    kind: 'not-found',
  });
});
